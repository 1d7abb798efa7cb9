# Writes short customer messages, one a line: the label, a tab, the text. The same seed gives the same messages.
#   awk -v seed=1 -v count=100 -f messages.awk
# A message is four to nine words: most of its own subject, some of everybody's, and now and then one of another subject,
# so that no single word decides. That makes it a problem for a model and not for a list of words.
BEGIN {
  subjects = split("billing delivery login praise", subject, " ")
  words["billing"] = "invoice charged twice refund card payment receipt amount tax credit price euro"
  words["delivery"] = "parcel courier late tracking address shipped warehouse lost box arrived doorstep week"
  words["login"] = "password reset account locked email code browser signed session username expired screen"
  words["praise"] = "thanks wonderful love great friendly quick helpful happy recommend best smooth perfect"
  common = split("please my the i have order again today your it with still not yesterday when can you help", filler, " ")
  state = seed + 1
  for (n = 0; n < count; n++) message(subject[1 + int(random() * subjects)])
}

function message(label,    length_, i, text, kind) {
  length_ = 4 + int(random() * 6)
  for (i = 0; i < length_; i++) {
    kind = random()
    text = text " " (kind < 0.45 ? pick(label) : kind < 0.92 ? filler[1 + int(random() * common)] : pick(subject[1 + int(random() * subjects)]))
  }
  print label "\t" substr(text, 2)
}

function pick(label,    list, count_) {
  count_ = split(words[label], list, " ")
  return list[1 + int(random() * count_)]
}

# Numbers in [0, 1), the same under every awk: rand() is another one in each.
function random() {
  state = (state * 16807) % 2147483647
  return state / 2147483647
}
