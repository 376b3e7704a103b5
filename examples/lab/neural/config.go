// Package neural trains small networks on data of its own, in float32: what the lab shows where
// an objective has more than two parameters.
//
// A network is made by [New] of a [Config], which also says what data there are. It gives the
// parameters that an optimizer of package optim takes, and the loss with its gradient:
//
//	net, err := neural.New(neural.Default())
//	opt, err := optim.New(optim.NewAdam(0.01), net.Params())
//	grads := net.NewGradients()
//	for range 500 {
//		loss := net.Objective(nil, grads)
//		_, err := opt.Step(grads)
//	}
//
// Everything gives the same bits on every machine.
package neural

import (
	"fmt"
	"slices"
)

// A Config is a network and its data.
type Config struct {
	Data       string  // what is to be told apart
	Hidden     []int   // units of each hidden layer
	Activation string  // of the hidden units
	Init       string  // how the weights are drawn; the biases begin at 0
	Normalize  bool    // give each input mean 0 and variance 1
	Offset     float64 // added to every input, before they are normalised
	Scale      float64 // by which every second input is multiplied, before that
	Samples    int     // to train with
	Noise      float64 // standard deviation of what is added to the inputs, before all that
	Validation float64 // further samples, as a share of Samples
	Seed       uint64  // of the data and the weights
}

// The words for what a Config chooses.
var (
	datasets    = []string{"spirals", "xor", "circles", "digits"}
	activations = []string{"tanh", "relu", "sigmoid", "gelu", "identity"}
	inits       = []string{"he", "glorot", "small", "large", "zero"}
)

// The most that a Config may ask for, so that a page stays alive.
const (
	maxLayers  = 8
	maxUnits   = 64
	maxSamples = 2000
	maxWork    = 8e6 // weights times samples: a step over all of them takes about 50 ms in a browser
)

// Default returns a network that tells two spirals apart.
func Default() Config {
	return Config{
		Data: "spirals", Hidden: []int{8, 8}, Activation: "tanh", Init: "glorot",
		Normalize: true, Scale: 1, Samples: 200, Noise: 0.02, Validation: 0.5, Seed: 1,
	}
}

// An Option describes a field of Config, whose default is that of [Default].
type Option struct {
	Name     string // of the field
	About    string
	Min, Max float64  // of a number, or of each number of a list
	Integer  bool     // no fractions
	Switch   bool     // a bool: 0 or 1
	Longest  int      // the most numbers of a list; 0 for what is no list
	Words    []string // the choices, if it is a word
}

// Options returns a description of each field of Config, in their order.
func Options() []Option { return slices.Clone(options) }

var options = []Option{
	{Name: "Data", About: "what is to be told apart", Words: datasets},
	{Name: "Hidden", About: "units of each hidden layer", Min: 1, Max: maxUnits, Integer: true, Longest: maxLayers},
	{Name: "Activation", About: "function of the hidden units", Words: activations},
	{Name: "Init", About: "how the weights are drawn: he and glorot keep the scale of the signals, small and large do not", Words: inits},
	{Name: "Normalize", About: "give each input mean 0 and variance 1, which makes rare pixels of digits loud", Max: 1, Integer: true, Switch: true},
	{Name: "Offset", About: "added to every input, unless normalising takes it off again", Min: -100, Max: 100},
	{Name: "Scale", About: "every second input is so many times as large, unless they are normalised", Min: 0.01, Max: 100},
	{Name: "Samples", About: "to train with", Min: 10, Max: maxSamples, Integer: true},
	{Name: "Noise", About: "standard deviation of what is added to the inputs", Max: 2},
	{Name: "Validation", About: "further samples, which training never sees, as a share of the others", Max: 1},
	{Name: "Seed", About: "of the data and the weights", Max: 1 << 53, Integer: true},
}

// find returns the option of a name.
func find(name string) Option {
	return options[slices.IndexFunc(options, func(o Option) bool { return o.Name == name })]
}

// Validate returns an error that names the first field with a value that it cannot have.
func (c *Config) Validate() error {
	for _, f := range []struct{ name, word string }{{"Data", c.Data}, {"Activation", c.Activation}, {"Init", c.Init}} {
		if words := find(f.name).Words; !slices.Contains(words, f.word) {
			return fmt.Errorf("%s = %q, want one of %v", f.name, f.word, words)
		}
	}
	if len(c.Hidden) > maxLayers {
		return fmt.Errorf("Hidden has %d layers, want at most %d", len(c.Hidden), maxLayers)
	}
	type number struct {
		name  string
		value float64
	}
	numbers := []number{
		{"Offset", c.Offset}, {"Scale", c.Scale}, {"Samples", float64(c.Samples)},
		{"Noise", c.Noise}, {"Validation", c.Validation}, {"Seed", float64(c.Seed)},
	}
	for _, units := range c.Hidden {
		numbers = append(numbers, number{"Hidden", float64(units)})
	}
	for _, n := range numbers {
		if o := find(n.name); !(n.value >= o.Min && n.value <= o.Max) {
			return fmt.Errorf("%s = %v, want %v to %v", n.name, n.value, o.Min, o.Max)
		}
	}
	if weights := c.weights(); weights*c.Samples > maxWork {
		return fmt.Errorf("Samples = %d, want at most %d for the %d weights of Hidden = %v", c.Samples, int(maxWork)/weights, weights, c.Hidden)
	}
	return nil
}

// weights returns the number of weights, without the biases.
func (c *Config) weights() int {
	sum, units := 0, c.Inputs()
	for _, next := range append(slices.Clone(c.Hidden), c.Classes()) {
		sum += units * next
		units = next
	}
	return sum
}

// Inputs returns the number of inputs.
func (c *Config) Inputs() int {
	if c.Data == "digits" {
		return Side * Side
	}
	return 2
}

// Classes returns the number of classes.
func (c *Config) Classes() int {
	if c.Data == "digits" {
		return len(strokes)
	}
	return 2
}
