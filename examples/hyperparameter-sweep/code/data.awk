# Writes labelled points, one a line: 0 or 1, then eight numbers, of which only two say anything about the label.
#   awk -v seed=1 -v count=60 -f data.awk
BEGIN {
  state = seed + 1
  for (n = 0; n < count; n++) {
    line = ""
    for (i = 1; i <= 8; i++) { x[i] = 4 * random() - 2; line = line " " x[i] }
    # One point in ten is on the wrong side.
    side = (x[1] + 2 * x[2] > 0.5) != (random() < 0.1)
    print side line
  }
}

# Numbers in [0, 1), the same under every awk: rand() is another one in each.
function random() {
  state = (state * 16807) % 2147483647
  return state / 2147483647
}
