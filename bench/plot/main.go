// Plot draws what is measured, as SVG: the speeds that bench/report writes as JSON, and the
// table of a training that the examples write as CSV.
//
//	go run ./bench/report -json - | go -C bench/plot run . roofline >roofline.svg
//	go run ./bench/report -json - | go -C bench/plot run . ratios >ratios.svg
//	go run ./examples/regression -history /tmp/run.csv && go -C bench/plot run . loss </tmp/run.csv >loss.svg
//
// Roofline is the model of Williams, Waterman and Patterson (Communications of the ACM 52(4),
// 2009): the operations in a second that a core can reach with so many operations for a byte
// that it moves. The ceilings are what the limit probes reach in each cache and in memory, and
// the rate of multiply-adds that do nothing else; each kernel has a point for every place
// where its data lie, the best of its sizes there. A probe that reads and writes moves more
// bytes than one that reads, so what only reads ends below the ceiling of its cache: the
// report's limit compares with a probe of the same streams.
//
// Ratios has, for each kernel, the speed-up over the plain Go loop and over gonum, and the
// fraction of the limit probe's rate. Loss has a training's loss, its moving average and what
// was validated, on a logarithmic axis where all are positive.
//
// It is a module of its own, so that gonum's plot is no dependency of other programs. Names of
// files count from its folder; what is not named is standard input and output.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/seed63264101/steepest/optim/checkpoint/regular"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "plot:", err)
		os.Exit(1)
	}
}

// A painter draws a picture.
type painter func(c draw.Canvas)

// A picture is what can be drawn, and how large, in points.
type picture struct {
	read          func(o *options, data []byte) (painter, error)
	speeds        bool // of a report
	n             int  // of elements, 0 for all sizes
	ops           string
	width, height vg.Length
}

var pictures = map[string]picture{
	"roofline": {read: roofline, speeds: true, width: 640, height: 440,
		ops: `^(Scal|Axpy|Dot|Rot|Momentum|Gemv|Adam|Gemm/NN/(16x16x16|64x64x64|256x256x256|1024x1024x1024))$`},
	"ratios": {read: ratios, speeds: true, n: 1024, width: 640, height: 500,
		ops: `^(Axpy|Dot|Scal|Asum|Nrm2|Gemv|SumRows|Exp|Tanh|Momentum|Adam|Gemm/NN/256x256x256|LayerNorm/64x512|CrossEntropy/64x1000)$`},
	"loss": {read: loss, width: 640, height: 360},
}

// run is the program.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	const usage = "want roofline, ratios or loss and its flags; plot loss -h lists them"
	if len(args) == 0 {
		return errors.New(usage)
	}
	p, ok := pictures[args[0]]
	if !ok {
		return fmt.Errorf("%q: %s", args[0], usage)
	}
	o, err := parse(args[0], p, args[1:], stderr)
	if err != nil {
		return err
	}
	data, err := o.input(stdin)
	if err != nil {
		return fmt.Errorf("-in %q: %w", o.in, err)
	}
	draws, err := p.read(o, data)
	if err != nil {
		return err
	}
	svg, err := render(draws, p.width, p.height)
	if err != nil {
		return err
	}
	if o.out == "" {
		_, err = stdout.Write(svg)
	} else {
		err = regular.WriteFile(o.out, svg)
	}
	if err != nil {
		return fmt.Errorf("-out %q: %w", o.out, err)
	}
	return nil
}
