// Wordvectors learns word vectors from a text by skip-gram with negative sampling
// (T. Mikolov et al., Distributed representations of words and phrases and their
// compositionality, 2013).
//
// Every word has a row in two tables: its vector, and its vector as a neighbour of
// others. The word pairs of a few sentences, a mini-batch, touch few rows of both, most of
// them more than once. The optimizer adds up the gradients of each and updates these rows
// alone, by row-wise AdaGrad, whose state is one number for a row.
//
//	go run ./examples/wordvectors
//
// The text is generated: sentences about a handful of themes, in which the words
// of one kind, such as animals, can take each other's place. The program prints
// the nearest words of some, by the cosine of their vectors, and ends with the
// share of words whose nearest word is of their own kind.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/seed63264101/steepest/examples/shared/demo"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is the program.
func run(args []string, stdout, stderr io.Writer) int {
	return demo.Run("wordvectors", "Wordvectors learns word vectors from a generated text.", &options{}, args, stdout, stderr)
}

// options are the values of the flags.
type options struct {
	demo.Recording
	sentences, dim, window   int
	negatives, epochs, batch int
	lr                       float64
	seed                     uint64
}

// Flags declares the flags.
func (o *options) Flags(fs *flag.FlagSet) {
	fs.IntVar(&o.sentences, "sentences", 8000, "sentences in the text")
	fs.IntVar(&o.dim, "dim", 32, "numbers in a vector")
	fs.IntVar(&o.window, "window", 4, "most words between two neighbours, plus 1")
	fs.IntVar(&o.negatives, "negatives", 5, "words drawn as no neighbours for each pair")
	fs.IntVar(&o.epochs, "epochs", 5, "passes over the text")
	fs.IntVar(&o.batch, "batch", 4, "sentences in a mini-batch")
	fs.Float64Var(&o.lr, "lr", 0.2, "learning rate of the first step")
	fs.Uint64Var(&o.seed, "seed", 1, "seed of the text, the first vectors and the drawn words")
}

// Check checks the flags' values.
func (o *options) Check() error {
	return demo.First(
		demo.Between("sentences", o.sentences, 1, 1000000),
		demo.Between("dim", o.dim, 1, 4096),
		demo.Between("window", o.window, 1, 100),
		demo.Between("negatives", o.negatives, 1, 100),
		demo.Between("epochs", o.epochs, 1, 10000),
		demo.Between("batch", o.batch, 1, 1000000),
		demo.Positive("lr", o.lr),
	)
}

// Run generates a text, trains and looks up the nearest words.
func (o *options) Run(w io.Writer) error {
	t := generate(o.sentences, o.seed)
	fmt.Fprintf(w, "text generated with seed %d: %d sentences, %d words, %d different ones, such as\n",
		o.seed, len(t.sentences), t.len(), len(t.words))
	fmt.Fprintf(w, "  %s\n", t.sentence(0))
	fmt.Fprintf(w, "skip-gram with negative sampling, %d float32 parameters, row-wise AdaGrad on sparse rows\n", 2*len(t.words)*o.dim)
	m, loss, err := o.fit(t, w)
	if err != nil {
		return err
	}
	for kind := range kinds {
		word := t.firstOf(kind)
		var near []string
		for _, i := range m.nearest(word)[:3] {
			near = append(near, t.words[i].text)
		}
		fmt.Fprintf(w, "nearest to %-8s %s\n", t.words[word].text+":", strings.Join(near, ", "))
	}
	demo.Checksum(w, loss, m.centers, m.neighbours)
	fmt.Fprintf(w, "related=%.4f loss=%.6f\n", m.related(t), loss)
	return nil
}
