package optim

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// goldenFile returns the path of torch.json: beside the data directory that
// STEEPEST_DATA names, or in ../shared seen from the project's root.
func goldenFile() string {
	if data := os.Getenv("STEEPEST_DATA"); data != "" {
		return filepath.Join(data, "..", "golden", "torch.json")
	}
	return filepath.Join("..", "..", "shared", "golden", "torch.json")
}

type goldenCase struct {
	Optimizer  string
	Options    map[string]any
	DType      string
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
		rule = r
	case "RAdam":
		r := NewRAdam(lr)
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

// TestTorchTrajectories follows every trajectory in the file.
func TestTorchTrajectories(t *testing.T) {
	raw, err := os.ReadFile(goldenFile())
	if os.IsNotExist(err) {
		t.Skipf("no trajectories here: %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []goldenCase }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}

	ran := map[string]int{}
	for i, c := range file.Cases {
		name := fmt.Sprintf("%d/%s/%v/%s", i, c.Optimizer, c.Options, c.DType)
		rule, err := c.rule()
		if err != nil {
			t.Errorf("case %d: %v", i, err)
			continue
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
		ran[rule.Name()+" "+c.DType]++
	}
	for _, rule := range []string{"SGD", "Momentum", "Adagrad", "RMSprop", "Adadelta", "Adam", "AdamW", "Adamax", "NAdam", "RAdam"} {
		for _, dtype := range []string{"float32", "float64"} {
			if ran[rule+" "+dtype] == 0 {
				t.Errorf("no trajectory of %s in %s was run", rule, dtype)
			}
		}
	}
	t.Logf("%d cases: %v", len(file.Cases), ran)
}

func runGolden[T kernels.Float](t *testing.T, rule Rule, c goldenCase, tol float64) {
	if len(c.Gradients) == 0 || len(c.Parameters) != len(c.Gradients) {
		t.Fatalf("%d gradients, %d parameters", len(c.Gradients), len(c.Parameters))
	}
	p := to[T](c.Initial)
	opt := mustNew(t, rule, []Param[T]{{"p", p}})
	for step, g := range c.Gradients {
		mustStep(t, opt, [][]T{to[T](g)})
		if worst := deviation(p, c.Parameters[step]); !(worst <= tol) {
			t.Fatalf("step %d: off by %.3g of the largest parameter, want at most %g", step+1, worst, tol)
		}
	}
}
