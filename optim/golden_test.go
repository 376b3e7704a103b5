package optim

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/generic"
	"github.com/seed63264101/steepest/optim/internal/opttest"
)

// noRule are optimizers of the file that this package does not have.
var noRule = []string{"Rprop", "ASGD"}

type goldenCase struct {
	Optimizer  string
	Options    map[string]any
	DType      string
	Shape      []int
	Initial    []float64
	Gradients  [][]float64
	Parameters [][]float64
}

// rule returns the case's rule. An optimizer or an option that it does not know is
// an error, so that no case is lost silently.
func (c goldenCase) rule() (Rule, error) {
	seen := map[string]bool{}
	number := func(name string, to *float64) {
		if v, ok := c.Options[name].(float64); ok {
			*to, seen[name] = v, true
		}
	}
	flag := func(name string, to *bool) {
		if v, ok := c.Options[name].(bool); ok {
			*to, seen[name] = v, true
		}
	}
	betas := func(beta1, beta2 *float64) {
		if v, ok := c.Options["betas"].([]any); ok {
			*beta1, *beta2, seen["betas"] = v[0].(float64), v[1].(float64), true
		}
	}
	lr := -1.0 // every case has one
	number("lr", &lr)

	var rule Rule
	switch c.Optimizer {
	case "SGD":
		r := Momentum{LR: lr}
		number("momentum", &r.Momentum)
		number("dampening", &r.Dampening)
		flag("nesterov", &r.Nesterov)
		number("weight_decay", &r.WeightDecay)
		flag("maximize", &r.Maximize)
		rule = r
		if r.Momentum == 0 {
			rule = SGD{LR: lr, WeightDecay: r.WeightDecay, Maximize: r.Maximize}
		}
	case "Adagrad":
		r := NewAdagrad(lr)
		number("lr_decay", &r.LRDecay)
		number("initial_accumulator_value", &r.InitialAccumulatorValue)
		number("weight_decay", &r.WeightDecay)
		rule = r
	case "RMSprop":
		r := NewRMSprop(lr)
		number("alpha", &r.Alpha)
		number("momentum", &r.Momentum)
		flag("centered", &r.Centered)
		number("weight_decay", &r.WeightDecay)
		rule = r
	case "Adadelta":
		r := NewAdadelta(lr)
		number("rho", &r.Rho)
		number("weight_decay", &r.WeightDecay)
		rule = r
	case "Adam", "AdamW":
		r := AdamW(NewAdam(lr))
		if c.Optimizer == "AdamW" {
			r = NewAdamW(lr)
		}
		betas(&r.Beta1, &r.Beta2)
		number("eps", &r.Eps)
		number("weight_decay", &r.WeightDecay)
		flag("amsgrad", &r.AMSGrad)
		flag("maximize", &r.Maximize)
		rule = r
		if c.Optimizer == "Adam" {
			rule = Adam(r)
		}
	case "Adamax":
		r := NewAdamax(lr)
		number("weight_decay", &r.WeightDecay)
		rule = r
	case "NAdam":
		r := NewNAdam(lr)
		number("momentum_decay", &r.MomentumDecay)
		number("weight_decay", &r.WeightDecay)
		flag("decoupled_weight_decay", &r.DecoupledWeightDecay)
		rule = r
	case "RAdam":
		r := NewRAdam(lr)
		number("weight_decay", &r.WeightDecay)
		flag("decoupled_weight_decay", &r.DecoupledWeightDecay)
		rule = r
	case "Muon":
		r := NewMuon(lr)
		number("momentum", &r.Momentum)
		number("weight_decay", &r.WeightDecay)
		flag("nesterov", &r.Nesterov)
		if v, ok := c.Options["adjust_lr_fn"].(string); ok && v == "match_rms_adamw" {
			r.MatchRMS, seen["adjust_lr_fn"] = true, true
		}
		rule = r
	case "Adafactor":
		r := NewAdafactor(lr)
		number("beta2_decay", &r.Beta2Decay)
		number("weight_decay", &r.WeightDecay)
		rule = r
	default:
		return nil, fmt.Errorf("unknown optimizer %q", c.Optimizer)
	}
	if len(seen) != len(c.Options) {
		return nil, fmt.Errorf("%s: of the options %v only %v are understood", c.Optimizer, c.Options, seen)
	}
	return rule, nil
}

// torchCases returns all trajectories in the file, or skips the test where there is none.
func torchCases(t *testing.T) []goldenCase {
	t.Helper()
	raw, err := os.ReadFile(opttest.Golden("torch2.json"))
	if os.IsNotExist(err) {
		t.Skipf("no trajectories here: %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []goldenCase }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	return file.Cases
}

// TestTorchTrajectories follows every trajectory in the file.
func TestTorchTrajectories(t *testing.T) {
	ran := map[string]int{}
	cases := torchCases(t)
	for i, c := range cases {
		name := fmt.Sprintf("%d/%s/%v/%s", i, c.Optimizer, c.Options, c.DType)
		if slices.Contains(noRule, c.Optimizer) {
			t.Run(name, func(t *testing.T) { t.Skip("there is no such rule") })
			continue
		}
		rule, err := c.rule()
		if err != nil {
			t.Errorf("case %d: %v", i, err)
			continue
		}
		if ran[rule.Name()+" "+c.DType]++; c.Optimizer == "Muon" {
			continue // by TestMuonTorch
		}
		t.Run(name, func(t *testing.T) {
			switch c.DType {
			case "float32":
				runGolden[float32](t, rule, c, 2e-6)
			case "float64":
				runGolden[float64](t, rule, c, 1e-12)
			default:
				t.Fatalf("unknown dtype %q", c.DType)
			}
		})
	}
	for _, rule := range rules {
		for _, dtype := range []string{"float32", "float64"} {
			if n := ran[rule.name()+" "+dtype]; (n > 0) != rule.torch {
				t.Errorf("%d trajectories of %s in %s were run; torch has the rule: %v", n, rule.name(), dtype, rule.torch)
			}
		}
	}
	t.Logf("%d cases: %v", len(cases), ran)
}

func runGolden[T kernels.Float](t *testing.T, rule Rule, c goldenCase, tol float64) {
	if len(c.Gradients) == 0 || len(c.Parameters) != len(c.Gradients) {
		t.Fatalf("%d gradients, %d parameters", len(c.Gradients), len(c.Parameters))
	}
	// Gradients near the root of the least second moment, and a small eps, make
	// steps that are shorter than torch's; all others are the same.
	root := math.Sqrt(float64(generic.Floor[T]()))
	var same, shorter []int
	for j := range c.Initial {
		faint := slices.ContainsFunc(c.Gradients, func(g []float64) bool {
			return g[j] != 0 && math.Abs(g[j]) < 100*root
		})
		if faint {
			shorter = append(shorter, j)
		} else {
			same = append(same, j)
		}
	}
	if eps, ok := c.Options["eps"].(float64); ok && eps < 1e4*root != (len(shorter) > 0) {
		t.Fatalf("eps %g, but gradients near %g: %v", eps, root, shorter)
	}
	decay := 0.0 // no part of the step
	if r, ok := rule.(AdamW); ok {
		decay = r.LR * r.WeightDecay
	}
	p := to[T](c.Initial)
	was := c.Initial
	opt := mustNew(t, rule, []Param[T]{{Name: "p", Value: p, Shape: c.Shape}})
	for step, g := range c.Gradients {
		before := slices.Clone(p)
		mustStep(t, opt, [][]T{to[T](g)})
		want := c.Parameters[step]
		follows(t, pick(p, same), pick(want, same), tol, "%s, step %d: the elements %v", rule.Name(), step+1, same)
		for _, j := range shorter {
			got := math.Abs(float64(p[j]) - (1-decay)*float64(before[j]))
			limit := math.Abs(want[j] - (1-decay)*was[j])
			if !(got <= limit+tol/10*math.Abs(want[j])) {
				t.Fatalf("step %d: element %d goes %g, torch %g", step+1, j, got, limit)
			}
		}
		was = want
	}
}

// pick returns the elements of the given indices.
func pick[T kernels.Float](x []T, indices []int) []T {
	var picked []T
	for _, j := range indices {
		picked = append(picked, x[j])
	}
	return picked
}
