package neural

import (
	"math"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/gradcheck"
	"github.com/seed63264101/steepest/optim/train"
)

// made returns a network of the defaults with some changes.
func made(t testing.TB, change func(c *Config)) *Network {
	c := Default()
	change(&c)
	n, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestGradient compares the gradient of all activations, depths and initial weights that have
// one with differences of the loss, for mini-batches of odd sizes.
func TestGradient(t *testing.T) {
	for _, activation := range activations {
		for _, hidden := range [][]int{nil, {5}, {7, 3}, {4, 4, 4, 4}} {
			n := made(t, func(c *Config) {
				c.Hidden, c.Activation, c.Samples = hidden, activation, 10
			})
			for i, l := range n.layers {
				kernels.Normal(l.bias, 0, 0.125, kernels.Philox{Stream: uint64(i)})
			}
			r, err := gradcheck.CheckGradient(n.Params(), func(b train.Batch, g *optim.Gradients[float32]) (float64, error) {
				return n.Objective(b.Samples, g.Dense), nil
			}, gradcheck.Options{Batch: train.Batch{Parts: 1, Samples: []int{4, 0, 3, 9, 1, 7, 2}}})
			if err != nil || !r.OK() {
				t.Errorf("%s, hidden %v: %v, error %v", activation, hidden, r, err)
			}
		}
	}
}

// TestProducts compares with loops that know nothing of four rows, to the bit.
func TestProducts(t *testing.T) {
	for _, s := range [][3]int{{1, 1, 1}, {7, 5, 3}, {9, 8, 6}, {4, 2, 2}} {
		rows, in, out := s[0], s[1], s[2]
		drawn := func(n, stream int) []float32 {
			x := make([]float32, n)
			kernels.Normal(x, 0, 1, kernels.Philox{Stream: uint64(stream)})
			return x
		}
		x, w, b, dy := drawn(rows*in, 1), drawn(in*out, 2), drawn(out, 3), drawn(rows*out, 4)
		y, dw, db, dx := drawn(rows*out, 5), drawn(in*out, 6), drawn(out, 7), drawn(rows*in, 8)
		multiply(y, x, w, b, rows, in, out)
		multiplyGradient(dw, db, x, dy, rows, in, out)
		multiplyBack(dx, dy, w, rows, in, out)
		wantY, wantW, wantB, wantX := make([]float32, rows*out), make([]float32, in*out), make([]float32, out), make([]float32, rows*in)
		for r := range rows {
			for j := range out {
				wantY[r*out+j] = b[j]
				wantB[j] += dy[r*out+j]
				for k := range in {
					wantY[r*out+j] += float32(x[r*in+k] * w[k*out+j])
					wantW[k*out+j] += float32(x[r*in+k] * dy[r*out+j])
					wantX[r*in+k] += float32(dy[r*out+j] * w[k*out+j])
				}
			}
		}
		if !slices.Equal(y, wantY) || !slices.Equal(dw, wantW) || !slices.Equal(db, wantB) || !slices.Equal(dx, wantX) {
			t.Errorf("%v: products differ", s)
		}
	}
}

// TestPredict: probabilities are those behind the loss, and the highest that of the accuracy.
func TestPredict(t *testing.T) {
	for _, data := range []string{"spirals", "digits"} {
		n := made(t, func(c *Config) { c.Data, c.Offset, c.Samples = data, 2, 50 })
		d := n.Data
		p := make([]float32, len(d.Labels)*d.Classes)
		n.Predict(p, d.Raw)
		check := func(what string, from, to int, got, accuracy float64) {
			loss, hits := 0.0, 0
			for i, label := range d.Labels[from:to] {
				row := p[(from+i)*d.Classes:][:d.Classes]
				loss -= math.Log(float64(row[label])) / float64(to-from)
				if largest(row) == label {
					hits++
				}
			}
			if math.Abs(got-loss) > 1e-5 || accuracy != float64(hits)/float64(to-from) {
				t.Errorf("%s, %s: loss %v and accuracy %v, from probabilities %v and %d hits", data, what, got, accuracy, loss, hits)
			}
		}
		loss, accuracy := n.objective(nil, nil)
		check("training", 0, d.Train, loss, accuracy)
		loss, accuracy = n.Validate()
		check("validation", d.Train, len(d.Labels), loss, accuracy)
	}
}

// gradientNorms returns those of the layers of a network as it begins.
func gradientNorms(n *Network) []float64 {
	grads := n.NewGradients()
	n.Objective(nil, grads)
	var norms []float64
	for i := range n.layers {
		norms = append(norms, norm(grads[2*i:2*i+2]))
	}
	return norms
}

// TestVanishing: eight layers of sigmoids hide the gradient from the first one, and too large
// weights let it explode, or its first layer's part if the activations cannot.
func TestVanishing(t *testing.T) {
	for _, c := range []struct {
		activation, init string
		lo, hi           float64 // of the first layer's norm over the last one's
		least, most      float64 // of the first layer's norm
	}{
		{"sigmoid", "glorot", 0, 1e-4, 0, 1e-4},
		{"sigmoid", "small", 0, 1e-12, 0, 1e-12},
		{"sigmoid", "large", 1e-2, 1, 1e-2, 1},
		{"tanh", "large", 100, 1e6, 10, 1e6},
		{"relu", "large", 0.1, 10, 1e5, 1e9},
		{"tanh", "glorot", 0.1, 10, 0.1, 1},
		{"relu", "he", 0.1, 10, 0.1, 1},
	} {
		n := made(t, func(g *Config) {
			g.Hidden, g.Activation, g.Init = []int{16, 16, 16, 16, 16, 16, 16, 16}, c.activation, c.init
		})
		norms := gradientNorms(n)
		first, ratio := norms[0], norms[0]/norms[len(norms)-1]
		if !(ratio >= c.lo && ratio <= c.hi && first >= c.least && first <= c.most) {
			t.Errorf("%s, %s: norms %.3g, first over last %.3g", c.activation, c.init, norms, ratio)
		}
	}
}

// BenchmarkObjective is a step's loss and gradient.
func BenchmarkObjective(b *testing.B) {
	for _, c := range []struct {
		name, data, activation string
		hidden                 []int
		samples, batch         int
	}{
		{"2-8-8-2/tanh/all", "spirals", "tanh", []int{8, 8}, 256, 256},
		{"2-8-8-2/relu/all", "spirals", "relu", []int{8, 8}, 256, 256},
		{"2-8-8-2/gelu/all", "spirals", "gelu", []int{8, 8}, 256, 256},
		{"2-8-8-2/tanh/batch=32", "spirals", "tanh", []int{8, 8}, 256, 32},
		{"2-16-16-2/tanh/all", "spirals", "tanh", []int{16, 16}, 256, 256},
		{"digits-16/relu/all", "digits", "relu", []int{16}, 200, 200},
	} {
		b.Run(c.name, func(b *testing.B) {
			n := made(b, func(g *Config) {
				g.Data, g.Activation, g.Hidden, g.Samples = c.data, c.activation, c.hidden, c.samples
			})
			var samples []int
			if c.batch < c.samples {
				for i := range c.batch {
					samples = append(samples, i*7%c.samples)
				}
			}
			grads := n.NewGradients()
			for b.Loop() {
				n.Objective(samples, grads)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}
