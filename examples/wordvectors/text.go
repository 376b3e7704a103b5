package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// A theme has words of two kinds, which take their places in its sentences.
type theme struct {
	patterns     []string // N and M stand for nouns, V for a verb, the rest is itself
	nouns, verbs string
}

var themes = []theme{
	{[]string{"the N V near the M", "a N and a M V on the farm"},
		"cat dog horse cow sheep goat pig hen", "runs sleeps feeds jumps rests"},
	{[]string{"we V the N with a M", "V a ripe N and the M for dessert"},
		"apple pear plum cherry grape peach lemon fig", "peel slice taste pick wash"},
	{[]string{"they V from N to M", "the train to N will V in M"},
		"paris london rome berlin madrid vienna lisbon oslo", "travel depart arrive stop fly"},
	{[]string{"the N V a loud tune with the M", "on the stage a N V after the M"},
		"violin piano flute drum guitar harp cello trumpet", "plays sounds echoes sings hums"},
	{[]string{"with the N you V some wood then the M", "to V the board use a N or a M"},
		"hammer saw drill wrench chisel plane file axe", "cut fix shape join smooth"},
	{[]string{"in N it V all night and in M too", "it V from N until M this year"},
		"january april may june july august october december", "rains snows freezes thunders drizzles"},
	{[]string{"my N V at home with her M", "his N V to the M"},
		"mother father sister brother uncle aunt cousin grandfather", "laughs talks cooks reads writes"},
	{[]string{"the N V under the M at sea", "a N V past another M"},
		"ship boat canoe ferry yacht raft barge tanker", "sails drifts sinks anchors floats"},
}

// A kind of word is the nouns or the verbs of a theme: 2*theme, or one more.
const (
	kinds   = 16
	noKind  = -1   // of the other words
	mistake = 0.03 // share of words in whose place stands any other
)

// A word knows how often it appears.
type word struct {
	text  string
	kind  int
	count int
}

// A text is a list of sentences, each a list of indices of words.
type text struct {
	words     []word
	sentences [][]int
}

// generate writes a text. Words of a kind differ in frequency, as those of a
// language do.
func generate(sentences int, seed uint64) *text {
	rng := rand.New(rand.NewPCG(seed, 5))
	t := &text{}
	index := make(map[string]int)
	find := func(s string, kind int) int {
		i, known := index[s]
		if !known {
			i = len(t.words)
			index[s] = i
			t.words = append(t.words, word{text: s, kind: kind})
		}
		return i
	}
	for k, th := range themes {
		for i, list := range []string{th.nouns, th.verbs} {
			for _, s := range strings.Fields(list) {
				find(s, 2*k+i)
			}
		}
		for _, pattern := range th.patterns {
			for _, s := range strings.Fields(pattern) {
				if s != "N" && s != "M" && s != "V" {
					find(s, noKind)
				}
			}
		}
	}
	draw := func(list string) int {
		words, u := strings.Fields(list), rng.Float64()
		return find(words[int(u*(0.5+float64(0.5*u))*float64(len(words)))], noKind)
	}
	for range sentences {
		th := themes[rng.IntN(len(themes))]
		var sentence []int
		for _, s := range strings.Fields(th.patterns[rng.IntN(len(th.patterns))]) {
			var i int
			switch s {
			case "N", "M":
				i = draw(th.nouns)
			case "V":
				i = draw(th.verbs)
			default:
				i = find(s, noKind)
			}
			if rng.Float64() < mistake {
				i = rng.IntN(len(t.words))
			}
			sentence = append(sentence, i)
			t.words[i].count++
		}
		t.sentences = append(t.sentences, sentence)
	}
	return t
}

// len returns the number of words in the text.
func (t *text) len() int {
	n := 0
	for _, w := range t.words {
		n += w.count
	}
	return n
}

// sentence returns a sentence as it is written.
func (t *text) sentence(i int) string {
	var words []string
	for _, w := range t.sentences[i] {
		words = append(words, t.words[w].text)
	}
	return strings.Join(words, " ")
}

// firstOf returns the first word of a kind.
func (t *text) firstOf(kind int) int {
	for i, w := range t.words {
		if w.kind == kind {
			return i
		}
	}
	panic(fmt.Sprintf("no words of kind %d", kind))
}
