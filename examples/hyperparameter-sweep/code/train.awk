# Fits a logistic regression by gradient descent to the first file and prints its mean loss on the second:
#   awk -v rate=0.1 -v penalty=0.01 -v rounds=200 -f train.awk training.txt validation.txt
FNR == 1 { file++ }
file == 1 { n++; y[n] = $1; for (i = 1; i <= 8; i++) x[n, i] = $(i + 1); next }
{ m++; vy[m] = $1; for (i = 1; i <= 8; i++) vx[m, i] = $(i + 1) }

END {
  for (round = 1; round <= rounds; round++) {
    for (i = 0; i <= 8; i++) slope[i] = 0
    for (p = 1; p <= n; p++) {
      miss = sigmoid(weigh(x, p)) - y[p]
      slope[0] += miss
      for (i = 1; i <= 8; i++) slope[i] += miss * x[p, i]
    }
    for (i = 0; i <= 8; i++) w[i] -= rate * (slope[i] / n + (i > 0 ? penalty * w[i] : 0))
  }
  for (p = 1; p <= m; p++) {
    chance = sigmoid(weigh(vx, p))
    if (chance < 1e-12) chance = 1e-12
    if (chance > 1 - 1e-12) chance = 1 - 1e-12
    loss -= vy[p] ? log(chance) : log(1 - chance)
  }
  printf "%.4f\n", loss / m
}

function weigh(points, p,    i, sum) {
  sum = w[0]
  for (i = 1; i <= 8; i++) sum += w[i] * points[p, i]
  return sum
}

function sigmoid(z) {
  return z < -30 ? 0 : z > 30 ? 1 : 1 / (1 + exp(-z))
}
