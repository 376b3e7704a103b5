package optim

import (
	"slices"
	"strings"
	"unicode"
)

// BiasOrNorm reports whether a name is, by the usual conventions, that of a bias
// or of a normalisation layer's parameter. It takes the name apart at dots and
// slashes, and these parts at all that is no letter and before capitals: the words of
// bias1 are bias, of hiddenBias hidden and bias, of LayerNorm2d layer, norm and d.
// Without regard to case and to a plural s it looks for
//
//   - any word that is bn, ln or gn or ends in norm: bn1, mlp_ln, input_layernorm.weight;
//   - in the last part that has words, bias among them, or beta or gamma at the end:
//     fc1.bias, bias_ih_l0, block.gamma;
//   - that part beginning or ending with a b of its own: b1, fc.b, fc2_b, b_out. A
//     capital B is none, it is usually a matrix.
func BiasOrNorm(name string) bool {
	var last string
	var all []string // its words
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return r == '.' || r == '/' }) {
		w := words(part)
		if slices.ContainsFunc(w, isNorm) {
			return true
		}
		if len(w) > 0 {
			last, all = part, w
		}
	}
	if len(all) == 0 {
		return false
	}
	if slices.Contains(all, "bias") || slices.Contains(all, "biases") {
		return true
	}
	switch strings.TrimSuffix(all[len(all)-1], "s") {
	case "beta", "gamma":
		return true
	}
	// In conv2b or res5b_w the letter is part of a number.
	tokens := strings.FieldsFunc(strings.TrimRightFunc(last, isNoLetter), func(r rune) bool {
		return isNoLetter(r) && !unicode.IsDigit(r)
	})
	isB := func(token string) bool { return strings.TrimRightFunc(token, unicode.IsDigit) == "b" }
	return isB(tokens[0]) || isB(tokens[len(tokens)-1])
}

func isNoLetter(r rune) bool { return !unicode.IsLetter(r) }

func isNorm(word string) bool {
	word = strings.TrimSuffix(word, "s")
	return word == "bn" || word == "ln" || word == "gn" || strings.HasSuffix(word, "norm")
}

// words takes a name apart at what is no letter and in front of capitals: those
// that follow a small letter, and the last of several that leads to one. The words
// are in small letters.
func words(name string) []string {
	var list []string
	runes := []rune(name)
	begin := 0
	for i := 0; i <= len(runes); i++ {
		cut := i == len(runes) || isNoLetter(runes[i])
		capital := !cut && i > begin && unicode.IsUpper(runes[i]) &&
			(!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]))
		if !cut && !capital {
			continue
		}
		if begin < i {
			list = append(list, strings.ToLower(string(runes[begin:i])))
		}
		begin = i
		if cut {
			begin++
		}
	}
	return list
}
