# Writes the palette: `colors` lines "red green blue", a closed circle through night blue, light, gold and black.

BEGIN {
  stops = split("0 0.16 0.42 0.6425 0.8575 1", at, " ")
  split("0 32 237 255 0 0", red, " ")
  split("7 107 255 170 2 7", green, " ")
  split("100 203 255 0 0 100", blue, " ")
  stop = 1
  for (i = 0; i < colors; i++) {
    where = i / colors
    while (stop < stops - 1 && where >= at[stop + 1]) stop++
    t = (where - at[stop]) / (at[stop + 1] - at[stop])
    printf "%d %d %d\n", mix(red, t), mix(green, t), mix(blue, t)
  }
}

function mix(channel, t) {
  return int(channel[stop] + (channel[stop + 1] - channel[stop]) * t + 0.5)
}
