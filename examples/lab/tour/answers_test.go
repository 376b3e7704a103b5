package tour

import (
	"math"
	"slices"
	"strings"

	"github.com/seed63264101/steepest/examples/lab/race"
	"github.com/seed63264101/steepest/examples/lab/surface"
	"github.com/seed63264101/steepest/optim"
)

// answers are the checks of the presets' answers.
var answers = map[string]func(c *telling){
	"descent": func(c *telling) {
		c.says("%.2f", c.stride(0, 1))
		c.says("%.3f", c.stride(0, 10))
		c.says("%d", c.runs[0].Reached)
		c.says("%g", c.state.Target)
		for step := 2; step <= c.state.Steps; step++ {
			c.holds(c.stride(0, step) < c.stride(0, step-1), "steps get shorter")
		}
		c.holds(c.above(0, -1) > 0, "the run is never quite there")
	},
	"rates": func(c *telling) {
		curvature := c.state.Surface.Hessian(c.state.Start).XX
		c.says("%g", curvature)
		c.says("%g", race.LimitAt(c.state, c.state.Runs[0], c.state.Start).LR)
		for i, run := range c.state.Runs {
			p := c.runs[i]
			c.says("%.3g", 1-run.LR*curvature)
			c.holds(math.Abs(p.X[1]/p.X[0]-(1-run.LR*curvature)) < 1e-6, "a step multiplies x by the factor")
			if run.LR != 0.01 && run.LR != 1.05 {
				c.says("%d", p.Reached)
			} else {
				c.holds(p.Reached == -1, "the smallest and the largest rate do not arrive")
			}
		}
		c.holds(c.runs[2].Reached == 1, "a single step arrives")
		c.says("%g", c.runs[4].Loss[0])
		c.says("%.2f", c.runs[4].Loss[60]/1e6)
	},
	"zigzag": func(c *telling) {
		axes := race.AxesAt(c.state.Surface, c.state.Start).Values
		c.says("%.0f", axes[0])
		c.says("%.0f", axes[1])
		c.says("%.2f", race.LimitAt(c.state, c.state.Runs[0], c.state.Start).LR)
		c.says("%.2g", 100*c.state.Runs[0].LR*axes[1])
		c.says("%.2g", 100*c.state.Runs[1].LR*axes[1])
		c.says("%d", c.runs[0].Reached)
		c.says("%d", c.runs[1].Reached)
		c.says("%.2f", 1-c.state.Runs[2].LR*axes[0])
		c.says("%d", c.runs[2].Diverged)
		c.holds(strings.Contains(c.runs[2].Note, "a million times"), "the loss has grown a million times")
		round := outcomeOf(c, "f=quadratic(Condition=5)&run=SGD(LR=0.333)")
		c.says("%d", 5)
		c.says("%g", round.state.Runs[0].LR)
		c.says("%d", round.runs[0].Reached)
	},
	"momentum": func(c *telling) {
		for _, p := range c.runs {
			c.says("%d", p.Reached)
		}
		axes := race.AxesAt(c.state.Surface, c.state.Start).Values
		k := axes[0] / axes[1]
		root := math.Sqrt(k)
		plain, _ := race.TheoryOf(c.state, c.state.Runs[0])
		ball, _ := race.TheoryOf(c.state, c.state.Runs[1])
		c.holds(math.Abs(plain.Best-(k-1)/(k+1)) < 1e-6, "plain descent has the factor at best")
		c.holds(math.Abs(ball.Best-(root-1)/(root+1)) < 1e-6, "momentum has the factor at best")
		c.holds(math.Abs(plain.Factor-plain.Best) < 1e-4, "plain descent has its best rate")
		c.says("%.3f", plain.Best)
		c.says("%.3f", ball.Best)
		c.says("%.0f", 1.) // in (k - 1)/(k + 1)
		c.says("%.1f", c.runs[1].Loss[0])
		c.says("%.0f", math.Round(slices.Max(c.runs[1].Loss)/10)*10)
		c.says("%d", 2) // in the title of a source
		sooner := float64(c.runs[0].Reached) / float64(c.runs[1].Reached)
		c.holds(sooner > 0.8*root && sooner < root, "momentum is up to ten times as soon")
	},
	"batches": func(c *telling) {
		for _, batch := range []struct {
			key  string
			size int
		}{{"", c.state.Surface.Samples}, {"&batch=6", 6}, {"&batch=1", 1}} {
			o := outcomeOf(c, strings.Replace(c.state.Format(), "&batch=6", batch.key, 1))
			c.says("%d", o.runs[0].Reached)
			c.says("%d", o.runs[0].Reached*batch.size)
			c.says("%d", o.state.Surface.Samples)
			if batch.key != "" {
				c.says("%.4f", o.hovers(0))
			} else {
				c.holds(math.Abs(o.hovers(0)) < 1e-6, "with all points the run has arrived")
			}
		}
		c.says("%d", 100)
		c.holds(outcomeOf(c, c.state.Format()).hash == c.hash, "the same seed leads to the same bits")
		c.holds(outcomeOf(c, c.state.Format()+"&seed=1").hash != c.hash, "another seed leads to another path")
	},
	"schedules": func(c *telling) {
		c.says("%d", 100)
		c.says("%.4f", c.hovers(0))
		c.says("%.5f", c.above(1, -1))
		c.says("%.5f", c.above(2, -1))
		c.says("%.2f", c.above(3, -1))
		c.says("%d", 0)
		for i := 1; i <= 2; i++ {
			rate := c.runs[i].Rate
			c.holds(rate[len(rate)-1] < 1e-5, "the rate falls to 0")
		}
	},
	"inputs": func(c *telling) {
		condition := func(o *outcome) float64 {
			axes := race.AxesAt(o.state.Surface, o.state.Start).Values
			return axes[0] / axes[1]
		}
		c.says("%.0f", condition(c.outcome))
		c.says("%.3f", race.LimitAt(c.state, c.state.Runs[1], c.state.Start).LR)
		c.holds(c.runs[0].Reached == -1 && c.runs[0].Diverged == -1, "the first run has not arrived")
		c.says("%d", c.runs[1].Diverged)
		c.holds(strings.Contains(c.runs[1].Note, "a million times"), "the loss has grown a million times")
		round := outcomeOf(c, "f=regression(Offset=4,Normalize=yes)&steps=400&run=SGD(LR=0.1)&run=SGD(LR=1)")
		c.says("%.0f", condition(round))
		c.says("%d", round.runs[0].Reached)
		c.holds(round.runs[1].Reached == 1, "a single step arrives")
	},
	"scales": func(c *telling) {
		c.says("%d", c.runs[1].Reached)
		c.holds(c.runs[2].Reached == 1, "a single step with the curvature arrives")
		c.says("%.3f", c.above(0, -1))
		c.says("%d", 45)
		turned := outcomeOf(c, strings.Replace(c.state.Format(), "Angle=0", "Angle=45", 1))
		c.says("%d", turned.runs[1].Reached)
		c.holds(turned.runs[2].Reached == -1, "the third run does not arrive when the bowl is turned")
		whole := outcomeOf(c, "f=quadratic(Condition=1000,Angle=45)&run=Preconditioned(LR=1,Full=1)")
		c.holds(whole.runs[0].Reached >= 0, "it does with the whole Hessian")
	},
	"fairness": func(c *telling) {
		best := c.state.Runs
		c.says("%d", c.state.Budget)
		c.says("%g", best[3].LR)
		c.says("%g", best[1].LR)
		c.holds(best[3].LR > 99*best[1].LR && best[3].LR < 110*best[1].LR, "these are a hundred times apart")
		for i := 1; i <= 3; i++ {
			c.says("%d", c.runs[i].Reached)
		}
		c.holds(c.runs[0].Reached == -1, "plain descent does not arrive")
		c.says("%.2f", c.above(0, -1))
		c.says("%.3f", c.above(2, -1))
		same := outcomeOf(c, "f=beale&steps=500&run=SGD(LR=0.01)&run=Momentum(LR=0.01)&run=RMSprop(LR=0.01)&run=Adam(LR=0.01)")
		c.says("%.2f", same.above(0, -1))
		c.says("%d", same.runs[1].Diverged)
		c.says("%.3f", same.above(2, -1))
		c.says("%.2f", same.above(3, -1))
		c.holds(same.above(2, -1) < same.above(3, -1) && same.above(3, -1) < same.above(0, -1), "RMSprop is the lowest, and Adam the next")
	},
	"saddle": func(c *telling) {
		for _, p := range c.runs {
			c.says("%d", p.Reached)
		}
		c.says("%.0f", -100*c.state.Runs[0].LR*c.state.Surface.Hessian(c.state.Surface.Saddles[0]).YY)
		ridge := outcomeOf(c, strings.Replace(c.state.Format(), ",1e-6", ",0", 1))
		c.says("%d", 0)
		for i, p := range ridge.runs {
			last := len(p.Loss) - 1
			c.says("%.2f", p.Loss[last])
			c.holds(ridge.above(i, -1) > 0.2 && p.Y[last] == 0 && p.Norm[last] < 1e-6, "runs from the ridge end in the saddle")
		}
	},
	"minima": func(c *telling) {
		for _, p := range c.runs {
			last := len(p.X) - 1
			c.says("%.2f", p.X[last])
			c.says("%.2f", p.Y[last])
			c.says("%.1f", p.Loss[last])
		}
		c.says("%.0f", c.state.Surface.Least)
		c.holds(c.state.Surface.Minima[0] == surface.Point{}, "the lowest minimum is at the origin")
		himmelblau := outcomeOf(c, "f=himmelblau&run=SGD(LR=0.01)&run=Momentum(LR=0.01)")
		c.says("%g", himmelblau.state.Runs[0].LR)
		for i, p := range himmelblau.runs {
			last := len(p.X) - 1
			c.says("%.2f", p.X[last])
			c.says("%.2f", p.Y[last])
			c.holds(himmelblau.above(i, -1) < 1e-6, "both go to a minimum")
		}
	},
	"cliff": func(c *telling) {
		p := c.runs[0]
		c.says("%.0f", slices.Max(p.Norm))
		c.says("%.0f", c.state.Surface.Values[0]/c.state.Surface.Values[1])
		low := slices.Min(p.X)
		c.says("%.1f", low)
		at, foot := slices.Index(p.X, low), slices.IndexFunc(p.X, func(x float64) bool { return x > 0 })
		c.holds(foot >= 0 && foot < at, "the run is thrown back from the wall")
		c.says("%.2f", c.above(0, -1))
		c.says("%d", c.runs[1].Reached)
	},
	"newton": func(c *telling) {
		p := c.runs[0]
		last := len(p.X) - 1
		c.says("%.2f", p.Loss[last])
		c.holds(math.Hypot(p.X[last], p.Y[last]) < 1e-6, "Newton's method ends in the saddle")
		for i := 1; i < len(c.runs); i++ {
			c.says("%d", c.runs[i].Reached)
		}
		at := c.state.Surface.Hessian
		c.holds(at(c.state.Start).YY < 0, "the loss is curved downwards along y")
		c.holds(at(c.state.Start).YY+1.5 > 0 && at(c.state.Surface.Saddles[0]).YY+1.5 > 0, "damping makes the curvatures positive")
		c.holds(math.Abs(p.Y[1]) < c.state.Start.Y, "the step goes up along y")
	},
	"formats": func(c *telling) {
		last := func(x []float64) float64 { return x[len(x)-1] }
		versions := make([][]race.Version, len(c.runs))
		for _, i := range []int{0, 3} {
			var err error
			if versions[i], err = race.Versions(c.state, c.state.Runs[i]); err != nil {
				c.Fatal(err)
			}
			c.holds(last(versions[i][race.Coded].Loss) == last(c.runs[i].Loss), "the versions are those of the runs")
		}
		for _, p := range c.runs {
			c.says("%.3f", last(p.Loss))
		}
		v := func(version int) []float64 { return versions[0][version].Kept[2].Values[0] }
		c.says("%.0f", last(v(race.Nearest)))
		c.holds(last(v(race.Nearest)) == slices.Max(v(race.Nearest)), "rounded to nearest v never falls")
		c.says("%.1f", last(v(race.Plain)))
		c.says("%.1f", last(v(race.Coded)))
		c.says("%.1f", math.Sqrt(last(v(race.Nearest))/last(v(race.Plain))))
		c.says("%.2f", last(versions[0][race.Nearest].Loss))
		c.says("%.1f", 100*(1-c.state.Runs[0].Rule.(optim.Adam).Beta2))
		c.says("%.1f", 100./256)
		c.says("%.1f", 100./128)
		c.says("%.4f", 1./128)
		c.holds(c.runs[1].Norm[0] > 50*last(c.runs[1].Norm), "the first gradients are large")
		stays := versions[3][race.Nearest]
		c.holds(slices.Max(stays.X) == c.state.Start.X && slices.Min(stays.Y) == c.state.Start.Y, "rounded to nearest the run never leaves the start")
		c.says("%.1f", last(stays.Loss))
		for _, n := range []int{8, 16} {
			c.says("%d", n)
		}
	},
	"overfitting": func(c *telling) {
		adam, decayed := c.trains[0].Points, c.trains[1].Points
		low := adam[0]
		for _, p := range adam {
			if p.Validation < low.Validation {
				low = p
			}
		}
		end, kept := adam[len(adam)-1], decayed[len(decayed)-1]
		c.says("%d", low.Step)
		c.says("%.3f", low.Validation)
		c.says("%.5f", end.Loss)
		c.says("%.2f", end.Validation)
		c.says("%.3f", kept.Loss)
		c.says("%.3f", kept.Validation)
		c.says("%d", 0)
		net := c.trains[0].Network
		c.says("%d", net.Len())
		c.says("%d", len(net.Data.Labels)-net.Data.Train)
	},
	"deep": func(c *telling) {
		start := c.trains[0].Points[0].Norms
		c.says("%.3g", start[0])
		c.says("%.3f", start[len(start)-1])
		end := func(o *outcome, run int) (loss, accuracy float64) {
			points := o.trains[run].Points
			p := points[len(points)-1]
			return p.Loss, p.Accuracy
		}
		plain, _ := end(c.outcome, 0)
		adam, _ := end(c.outcome, 1)
		c.says("%.4f", plain)
		c.says("%.4f", math.Ln2)
		c.says("%.3f", adam)

		relu := outcomeOf(c, "f=network(Hidden=(8,8,8,8,8),Activation=relu,Init=he,Samples=100)&steps=200&run=SGD(LR=0.5)")
		_, accuracy := end(relu, 0)
		c.says("%d", relu.state.Network.Samples)
		c.holds(accuracy == 1, "all samples are told apart")

		c.says("%d", 0)
		for _, activation := range []string{"sigmoid", "tanh", "relu"} {
			zero := outcomeOf(c, "f=network(Hidden=(8,8,8,8,8),Activation="+activation+",Init=zero,Samples=100)&steps=20&run=SGD(LR=0.5)")
			for _, p := range zero.trains[0].Points {
				c.holds(slices.Max(p.Norms) < 1e-7, "gradients are 0 if the weights are")
			}
		}

		large := outcomeOf(c, "f=network(Hidden=(8,8,8,8,8),Activation=relu,Init=large,Samples=100)&steps=10&run=SGD(LR=0.5)")
		c.says("%.0f", math.Round(large.trains[0].Points[0].Loss/10)*10)
		c.says("%d", large.trains[0].Diverged)
	},
}
