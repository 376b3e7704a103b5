package main

import (
	"slices"
	"testing"

	"github.com/seed63264101/steepest/examples/shared/demo"
	"github.com/seed63264101/steepest/examples/shared/demotest"
	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/gradcheck"
	"github.com/seed63264101/steepest/optim/train"
)

var (
	program = demotest.Program{Name: "factorization", Run: run}
	names   = []string{"rmse", "constant", "noise"}
	small   = []string{"-users", "400", "-items", "300", "-ratings", "40000", "-batch", "128"}
)

func TestRatings(t *testing.T) {
	lines, r := program.Results(t, names, append(small, "-seed", "3")...)
	t.Log(lines[len(lines)-1])
	if r["noise"] != plantedNoise || r["rmse"] > 1.15*plantedNoise || r["rmse"] < plantedNoise || r["constant"] < 2.5*plantedNoise {
		t.Errorf("%s, want an error just above the noise", lines[len(lines)-1])
	}
	demotest.Wants(t, lines, `^ratings generated with seed 3: 400 users, 300 items, 36000 ratings to train, 4000 to test$`,
		`^matrix factorisation of rank 6, 4900 float32 parameters`,
		`^epoch +1/20  rmse \d\.\d{6}  test rmse \d\.\d{6}  \d+ ratings/s$`)
}

// TestLowRank: with too few factors the error stays well above the noise.
func TestLowRank(t *testing.T) {
	_, r := program.Results(t, names, append(small, "-rank", "2")...)
	if r["rmse"] < 1.5*plantedNoise || r["rmse"] > 0.9*r["constant"] {
		t.Errorf("error %v with 2 factors of %d", r["rmse"], plantedRank)
	}
}

func TestSameEverywhere(t *testing.T) {
	program.SameEverywhere(t, "7508e0505e1a963f", append(small, "-epochs", "2")...)
}

func TestBadFlags(t *testing.T) {
	program.BadFlags(t, "-users 0", "-items 0", "-items 1000001", "-ratings 99", "-rank 0", "-rank 1001", "-epochs 0",
		"-batch 0", "-batch 150001", "-lr 0", "-lr -1", "-lr NaN", "-lr +Inf", "-decay -1", "-decay NaN")
}

func TestDivergence(t *testing.T) {
	program.Refused(t, demo.Failure, append(small, "-lr", "1e30"), "diverged in iteration", "-lr")
}

// TestUntouched: rows without ratings stay where they began.
func TestUntouched(t *testing.T) {
	o := options{users: 5, items: 4, ratings: 200, rank: 3, epochs: 2, batch: 16, lr: 0.1, decay: 0.1, seed: 1}
	var ratings []rating
	for i := range o.ratings {
		ratings = append(ratings, rating{2 * (i % 2), 1 + 2*(i/2%2), float32(i % 5)}) // users 0 and 2, items 1 and 3
	}
	before := newModel(o.users, o.items, o.rank, mean(ratings))
	before.initialise(o.seed)
	after, err := o.fit(ratings, ratings, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	const dim = 4
	for i := range o.users {
		if same := slices.Equal(before.users[i*dim:][:dim], after.users[i*dim:][:dim]); same != (i != 0 && i != 2) {
			t.Errorf("user %d: unchanged is %v", i, same)
		}
	}
	for i := range o.items {
		if same := slices.Equal(before.items[i*dim:][:dim], after.items[i*dim:][:dim]); same != (i != 1 && i != 3) {
			t.Errorf("item %d: unchanged is %v", i, same)
		}
	}
}

// TestGradient compares the gradient, with rows that appear twice added up, with
// differences of the loss.
func TestGradient(t *testing.T) {
	ratings := []rating{{0, 0, 4}, {1, 0, 2}, {0, 2, 5}, {2, 1, 1}, {0, 0, 3}}
	m := newModel(3, 3, 4, 3)
	for stream, p := range m.params() {
		kernels.Normal(p.Value, 0, 1, kernels.Philox{Seed: 1, Stream: uint64(stream)})
	}
	r, err := gradcheck.CheckGradient(m.params(), func(b train.Batch, g *optim.Gradients[float32]) (float64, error) {
		work := newBatch(len(b.Samples), m.rank)
		work.load(ratings, b.Samples)
		return work.gradient(m, g), nil
	}, gradcheck.Options{Batch: train.Batch{Samples: []int{4, 0, 1, 2, 3}}})
	if err != nil || !r.OK() || r.Checked != 2*3*5 {
		t.Errorf("%v, error %v", r, err)
	}
}

func TestRecords(t *testing.T) { program.Records(t, 2, append(small, "-epochs", "2")...) }
