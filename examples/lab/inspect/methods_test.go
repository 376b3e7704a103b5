package inspect

import (
	"strings"
	"testing"
)

// TestMethods: the last line of a step of the methods that are no rules is where the run is.
func TestMethods(t *testing.T) {
	for _, run := range []string{
		"Newton", "Newton(LR=0.3,Damping=2)", "Newton(LR=0.5,Absolute=1,Damping=0.1)", "NaturalGradient(LR=0.5,Damping=0.1)",
		"Preconditioned", "Preconditioned(Full=1)", "LBFGS",
	} {
		for _, objective := range []string{"rosenbrock", "quadratic(Condition=50,Angle=30)&at=-3,2", "quadratic(Condition=1)", "saddle&at=0.3,0.2", "cliff(Wall=500)", "parabola", "regression&batch=8", "logistic"} {
			if strings.HasPrefix(run, "Natural") && !strings.Contains("regression&batch=8 logistic", objective) {
				continue
			}
			for _, double := range []bool{false, true} {
				s := experiment(t, objective, run, double)
				for step := 1; step <= 5; step++ {
					took, err := Take(s, s.Runs[0], step)
					if err != nil {
						if step == 1 {
							t.Errorf("%s on %s: %v", run, objective, err)
						}
						break
					}
					if !(took.Check <= 3) {
						t.Errorf("%s on %s, double %v, step %d: %v ulps off: %+v", run, objective, double, step, took.Check, took.Lines)
					}
				}
			}
		}
	}
}
