// Lab is a page on which gradient descent is seen at work: rules of package optim race down a
// surface, step by step, with the terms of each step beside it.
//
// The page runs package optim itself, as WebAssembly, and so shows the bits that any program
// gets. The engine is built with the Go that runs this command.
//
//	go run ./examples/lab                   # serves the page on a free port and opens it
//	go run ./examples/lab -addr :8080       # for all machines of the network
//	go run ./examples/lab -export DIR       # writes it as files, for any web server
//	go run ./examples/lab -single lab.html  # writes one file that works from disk
package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"os/signal"

	"github.com/seed63264101/steepest/examples/shared/demo"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is the program.
func run(args []string, stdout, stderr io.Writer) int {
	return demo.Run("lab", "Lab serves a page on which gradient descent is seen at work.", &options{}, args, stdout, stderr)
}

// options are the values of the flags.
type options struct {
	addr           string
	open           bool
	export, single string
}

// Flags declares the flags.
func (o *options) Flags(fs *flag.FlagSet) {
	fs.StringVar(&o.addr, "addr", "127.0.0.1:0", "`address` to serve at; port 0 is any free one")
	fs.BoolVar(&o.open, "open", true, "open the page in a browser")
	fs.StringVar(&o.export, "export", "", "write the page's files to a `directory` instead")
	fs.StringVar(&o.single, "single", "", "write the page as one HTML `file` instead")
}

// Check checks the flags' values.
func (o *options) Check() error {
	if o.export != "" && o.single != "" {
		return errors.New("-export and -single: want one of them")
	}
	return nil
}

// Run serves the page until it is interrupted, or writes it.
func (o *options) Run(w io.Writer) error {
	switch {
	case o.export != "":
		return export(o.export, w)
	case o.single != "":
		return single(o.single, w)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return serve(ctx, o.addr, o.open, w)
}
