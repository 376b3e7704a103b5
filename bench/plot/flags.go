package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"regexp"

	"github.com/seed63264101/steepest/optim/checkpoint/regular"
)

// options are the values of the flags.
type options struct {
	in, out, title string
	typ, level     string
	ops            *regexp.Regexp
	n              int
}

// parse reads the flags of a picture.
func parse(name string, p picture, args []string, stderr io.Writer) (*options, error) {
	var o options
	set := flag.NewFlagSet("plot "+name, flag.ContinueOnError)
	set.SetOutput(io.Discard) // an error is one line, without the list of flags
	set.StringVar(&o.in, "in", "", "`file` to read (default: standard input)")
	set.StringVar(&o.out, "out", "", "`file` to write (default: standard output)")
	set.StringVar(&o.title, "title", "", "`text` above the picture (default: what is known of its data)")
	ops := p.ops
	if p.speeds {
		set.StringVar(&o.typ, "type", "f32", "element `type`, f32 or f64")
		set.StringVar(&o.level, "level", "", "`level` of the kernels (default: the widest that was measured)")
		set.StringVar(&ops, "ops", ops, "draw the operations whose name matches the `regexp`")
	}
	if p.n > 0 {
		set.IntVar(&o.n, "n", p.n, "`elements` of the kernels that were measured at several sizes")
	}
	if err := set.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			set.SetOutput(stderr)
			set.Usage()
		}
		return nil, err
	}
	var err error
	if o.ops, err = regexp.Compile(ops); err != nil {
		return nil, fmt.Errorf("-ops %q: %w", ops, err)
	}
	switch {
	case set.NArg() > 0:
		return nil, fmt.Errorf("unexpected argument %q", set.Arg(0))
	case p.speeds && o.typ != "f32" && o.typ != "f64":
		return nil, fmt.Errorf("-type %q: want f32 or f64", o.typ)
	case p.n > 0 && o.n < 1:
		return nil, fmt.Errorf("-n %d: want a number of elements", o.n)
	}
	return &o, nil
}

// input reads what is to be drawn.
func (o *options) input(stdin io.Reader) ([]byte, error) {
	if o.in == "" {
		return io.ReadAll(stdin)
	}
	return regular.ReadFile(o.in)
}
