package spec

import (
	"math"
	"reflect"
	"strings"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/schedule"
)

// A Method is a way to descend that a Run may name: a rule of optim or another one.
type Method struct {
	Name  string
	Rule  bool // one of optim, with the options of every rule besides
	usual any  // its options with their usual values, a struct
}

// methods are all, in the order in which they are offered. The rates are such that runs from
// the usual starts neither diverge nor stay where they are.
var methods = []Method{
	rule(optim.NewSGD(0.0005)),
	rule(optim.NewMomentum(0.0005, 0.9)),
	rule(optim.NewAdagrad(0.5)),
	rule(optim.NewRowAdagrad(0.5)),
	rule(optim.NewRMSprop(0.01)),
	rule(optim.NewAdadelta(1)),
	rule(optim.NewAdam(0.01)),
	rule(optim.NewAdamW(0.01)),
	rule(optim.NewAdamax(0.02)),
	rule(optim.NewNAdam(0.01)),
	rule(optim.NewRAdam(0.01)),
	rule(optim.NewAdaBelief(0.01)),
	rule(optim.NewLion(0.005)),
	rule(optim.NewFTRL(0.5)),
	rule(optim.NewLARS(2)),
	rule(optim.NewLAMB(0.01)),
	rule(optim.NewProdigy(1)),
	rule(optim.NewScheduleFreeAdamW(0.05)),
	rule(optim.NewMuon(0.01)),
	rule(optim.NewAdafactor(0.02)),
	{Name: "Newton", usual: newton{LR: 1}},
	{Name: "NaturalGradient", usual: naturalGradient{LR: 1}},
	{Name: "LBFGS", usual: lbfgs{}},
	{Name: "Preconditioned", usual: preconditioned{LR: 0.1}},
}

func rule(r optim.Rule) Method { return Method{Name: r.Name(), Rule: true, usual: r} }

// The options of the methods that are no rules. A Run has them in fields of the same names.
type (
	newton struct {
		LR       float64
		Damping  float64
		Absolute bool
	}
	naturalGradient struct {
		LR      float64
		Damping float64
	}
	lbfgs          struct{}
	preconditioned struct {
		LR   float64
		Full bool
	}
)

// common are the options that every rule has beside its own: those of the optimizer and of its
// groups. A Run has them in fields of the same names, and the ends in Bounds. An option of the
// rule's own name comes first: FTRL has an L1 of its own, and none of a group.
type common struct {
	Schedule  schedule.Schedule
	ClipNorm  float64
	ClipValue float64
	L1        float64
	Lower     float64
	Upper     float64

	State        optim.Format
	Params       ParameterFormat
	RoundingSeed uint64
}

var usualCommon = common{Lower: math.Inf(-1), Upper: math.Inf(1)}

// Methods returns all methods, in the order in which they are offered.
func Methods() []Method { return methods }

// findMethod returns the method of a name, without regard to case, or nil.
func findMethod(name string) *Method {
	for i := range methods {
		if strings.EqualFold(methods[i].Name, name) {
			return &methods[i]
		}
	}
	return nil
}

// options returns all that can be set of a run of the method, with the usual values: structs to
// be filled.
func (m *Method) options() []reflect.Value {
	o := []reflect.Value{settable(reflect.ValueOf(m.usual))}
	if m.Rule {
		o = append(o, settable(reflect.ValueOf(usualCommon)))
	}
	return o
}

// settable returns a copy of a value that can be set.
func settable(v reflect.Value) reflect.Value {
	s := reflect.New(v.Type()).Elem()
	s.Set(v)
	return s
}

// run returns the run that filled options say.
func (m *Method) run(options []reflect.Value) Run {
	r := Run{Method: m.Name}
	if !m.Rule {
		copyFields(reflect.ValueOf(&r).Elem(), options[0])
		return r
	}
	r.Rule = options[0].Interface().(optim.Rule)
	r.LR = r.Rule.LearningRate()
	copyFields(reflect.ValueOf(&r).Elem(), options[1])
	c := options[1].Interface().(common)
	if c.Lower != usualCommon.Lower || c.Upper != usualCommon.Upper {
		r.Bounds = &[2]float64{c.Lower, c.Upper}
	}
	return r
}

// optionsOf is the inverse of run.
func optionsOf(r Run) (*Method, []reflect.Value) {
	m := findMethod(r.Method)
	o := m.options()
	from := reflect.ValueOf(r)
	if !m.Rule {
		copyFields(o[0], from)
		return m, o
	}
	o[0].Set(reflect.ValueOf(r.Rule))
	copyFields(o[1], from)
	if r.Bounds != nil {
		c := o[1].Addr().Interface().(*common)
		c.Lower, c.Upper = r.Bounds[0], r.Bounds[1]
	}
	return m, o
}

// copyFields sets the fields that both structs have.
func copyFields(dst, src reflect.Value) {
	for i := range dst.NumField() {
		if f := src.FieldByName(dst.Type().Field(i).Name); f.IsValid() {
			dst.Field(i).Set(f)
		}
	}
}
