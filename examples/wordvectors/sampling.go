package main

import (
	"math"
	"math/rand/v2"
	"sort"
)

// A sampler draws word pairs from a text, and words that are no neighbours.
type sampler struct {
	rng    *rand.Rand
	text   *text
	window int
	keep   []float64 // probability with which a word of the text is kept, by word
	sums   []float64 // running sums of the words' weights as no neighbours
	kept   []int     // words of a sentence
	first  []int     // by equal shares of their total, the first word whose sum reaches there
}

// frequent is the share of the text above which words are left out at times:
// those like "the" tell little about their neighbours.
const frequent = 0.01

func newSampler(t *text, window int, rng *rand.Rand) *sampler {
	s := &sampler{rng: rng, text: t, window: window}
	total, n := 0.0, float64(t.len())
	for _, w := range t.words {
		share := float64(w.count) / n
		s.keep = append(s.keep, min(1, math.Sqrt(frequent/share)))
		// The power 3/4 is Mikolov's, by two roots that are the same everywhere.
		root := math.Sqrt(share)
		total += float64(root * math.Sqrt(root))
		s.sums = append(s.sums, total)
	}
	for k := range 4 * len(s.sums) {
		s.first = append(s.first, sort.SearchFloat64s(s.sums, total*float64(k)/float64(4*len(s.sums))))
	}
	return s
}

// pairs calls yield with every word of some sentences that is kept and each of its
// neighbours. How far a word's neighbours reach is drawn for each, so that near ones
// count more.
func (s *sampler) pairs(sentences []int, yield func(center, neighbour int)) {
	for _, i := range sentences {
		s.kept = s.kept[:0]
		for _, w := range s.text.sentences[i] {
			if s.rng.Float64() < s.keep[w] {
				s.kept = append(s.kept, w)
			}
		}
		for i, center := range s.kept {
			reach := 1 + s.rng.IntN(s.window)
			for j := max(0, i-reach); j <= min(len(s.kept)-1, i+reach); j++ {
				if j != i {
					yield(center, s.kept[j])
				}
			}
		}
	}
}

// other draws a word.
func (s *sampler) other() int {
	u := s.rng.Float64()
	i := s.first[int(u*float64(len(s.first)))]
	for u *= s.sums[len(s.sums)-1]; i+1 < len(s.sums) && s.sums[i] < u; {
		i++
	}
	return i
}
