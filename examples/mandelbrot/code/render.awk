# Renders the rows `first` to `last` (not included) of a picture of `width` x `height` points into the file `strip`, as a
# text PPM that ends with the line "# end". The palette is the input. Runs in mawk, gawk and busybox awk.

{ red[NR - 1] = $1; green[NR - 1] = $2; blue[NR - 1] = $3 }

END {
  LN2 = 0.6931471805599453
  rows = last - first
  scale = 3.6 / width
  printf "P3\n# rows %d to %d of %d\n%d %d\n255\n", first, last, height, width, rows > strip
  for (row = first; row < last; row++) {
    for (column = 0; column < width; column++) print point(column, row) > strip
    done = row - first + 1
    if (done == rows || done % 10 == 0) {
      printf "%s: %d of %d rows (%d %%)\n", title, done, rows, 100 * done / rows
      fflush()
    }
  }
  print "# end" > strip
}

# The color of one point: far from the set one sample is enough, near to it four are mixed.
function point(column, row,    x, y, r, g, b, i, s) {
  x = (column + 0.5 - width / 2) * scale - 0.65
  y = (row + 0.5 - height / 2) * scale
  s = color(x, y)
  if (s >= 0 && count < 7) return red[s] " " green[s] " " blue[s]
  r = g = b = 0
  for (i = 0; i < 4; i++) {
    s = color(x + (i % 2 ? 0.25 : -0.25) * scale, y + (i < 2 ? 0.25 : -0.25) * scale)
    if (s >= 0) { r += red[s]; g += green[s]; b += blue[s] }
  }
  return int(r / 4 + 0.5) " " int(g / 4 + 0.5) " " int(b / 4 + 0.5)
}

# Index into the palette, or -1 inside of the set. Leaves the number of steps in `count`.
function color(cx, cy,    x, y, xx, yy, q, oldx, oldy, next_check) {
  yy = cy * cy
  q = (cx - 0.25) * (cx - 0.25) + yy
  if (q * (q + cx - 0.25) <= 0.25 * yy || (cx + 1) * (cx + 1) + yy <= 0.0625) { count = iterations; return -1 }
  x = y = xx = yy = oldx = oldy = 0
  next_check = 8
  for (count = 0; count < iterations; count++) {
    y = 2 * x * y + cy
    x = xx - yy + cx
    xx = x * x
    yy = y * y
    if (xx + yy > 256) return int(NR * shade(count + 1 - ln(ln(xx + yy) / 2 / LN2) / LN2)) % NR
    if (x == oldx && y == oldy) return -1
    if (count == next_check) { oldx = x; oldy = y; next_check *= 2 }
  }
  return -1
}

# Steps -> turns around the palette: quick far from the set, ever slower towards it.
function shade(steps) {
  return steps > 1 ? 0.05 + 0.19 * ln(steps) : 0.05
}

# The natural logarithm of v >= 1, to six digits: some builds of busybox awk have no log().
function ln(v,    halvings, t, tt) {
  for (halvings = 0; v > 1.5; halvings++) v /= 2
  t = (v - 1) / (v + 1)
  tt = t * t
  return halvings * LN2 + 2 * t * (1 + tt * (1 / 3 + tt * (1 / 5 + tt * (1 / 7 + tt / 9))))
}
