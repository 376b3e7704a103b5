package spec

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/seed63264101/steepest/examples/lab/neural"
	"github.com/seed63264101/steepest/optim"
)

// networkName is the objective that is a network's loss, whose options are the fields of a
// neural.Config.
const networkName = "network"

// networkTab is the panel that shows its training.
const networkTab = "network"

// What a catalog says of it.
const (
	networkTitle = "A network"
	networkAbout = "The loss of a small network on data of its own: what descent is for, and has more parameters than a picture shows."
)

// parseNetwork makes a network the objective.
func parseNetwork(p *parser, n node) {
	c := settable(reflect.ValueOf(neural.Default()))
	p.fill([]reflect.Value{c}, networkName, n.args, func() error {
		config := c.Interface().(neural.Config)
		if err := config.Validate(); err != nil {
			return fmt.Errorf("%s: %w", networkName, err)
		}
		return nil
	})
	config := c.Interface().(neural.Config)
	p.state.Surface, p.state.Network = nil, &config
	p.state.View.Tab = networkTab
	p.state.Start.X, p.state.Start.Y = 0, 0
}

func expandNetwork(c *neural.Config) Call {
	return expand(networkName, []reflect.Value{reflect.ValueOf(*c)}, []reflect.Value{reflect.ValueOf(neural.Default())})
}

func networkOption(name string) neural.Option {
	options := neural.Options()
	return options[slices.IndexFunc(options, func(o neural.Option) bool { return o.Name == name })]
}

// describeNetwork returns the options of networks.
func describeNetwork() []Option {
	options := describe(networkName, reflect.ValueOf(neural.Default()))
	for i := range options {
		o := &options[i]
		n := networkOption(o.Name)
		o.About = n.About
		if n.Words == nil && !n.Switch {
			o.Min, o.Max = Number(n.Min), Number(n.Max)
		}
	}
	return options
}

// checkNetwork returns an error unless a run can train a network.
func checkNetwork(r Run) error {
	if r.Rule == nil {
		return fmt.Errorf("%s goes by a Hessian or a line search, networks train by the rules of optim alone", r.Method)
	}
	_, err := r.contender()([]optim.Param[float32]{
		{Name: "weights", Value: make([]float32, 6), Shape: []int{2, 3}},
		{Name: "bias", Value: make([]float32, 2)},
	})
	return err
}

// contender returns what makes the optimizer of a run for the parameters of a network.
func (r Run) contender() neural.Contender {
	c := func(params []optim.Param[float32]) (*optim.Optimizer[float32], error) {
		if r.Rule == nil {
			return nil, fmt.Errorf("%s trains no networks", r.Method)
		}
		return optim.New(r.Rule, params, r.Options()...)
	}
	if r.Params != Native {
		return neural.BFloat16(c)
	}
	return c
}

// Trainer returns the training of a network by the runs of an experiment, at its beginning.
func (s *State) Trainer() (*neural.Trainer, error) {
	if s.Network == nil {
		return nil, errors.New("the experiment is a surface, not a network")
	}
	var contenders []neural.Contender
	for _, r := range s.Runs {
		contenders = append(contenders, r.contender())
	}
	return neural.NewTrainer(*s.Network, s.Steps, s.Batch, s.Seed, contenders...)
}
