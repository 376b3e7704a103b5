package neural

import (
	"fmt"
	"math"
)

// Slicings are the ways to lay a plane through the space of the parameters.
var Slicings = []string{"random", "pca", "hessian"}

// A Plane is a slice of the space of the parameters through the last point of a run's path, in
// two directions at right angles. Its coordinates are multiples of these.
type Plane struct {
	Origin []float32
	Axes   [2][]float64
	Box    [4]float64   // x0, x1, y0, y1 of what is worth seeing
	Shares [2]float64   // of the variance of the path, that each direction explains; 0 for a path without
	Path   [][2]float64 // the path's points, seen at right angles to the plane

	network *Network
	moved   []float32
}

// Slice lays a plane: with random directions whose part for each unit's weights is as long as
// these (H. Li et al., Visualizing the loss landscape of neural nets, 2018), with the two
// principal components of the path, or with the Hessian's two eigenvectors of the largest
// eigenvalues. A seed chooses among random ones.
func (r *Run) Slice(slicing string, seed uint64) (*Plane, error) {
	if len(r.Path) == 0 {
		return nil, fmt.Errorf("slice: a path without points")
	}
	n := r.Network
	p := &Plane{Origin: r.Path[len(r.Path)-1], network: newNetwork(n.Config, n.Data)}
	p.moved = make([]float32, len(p.Origin))
	var axes [][]float64
	switch slicing {
	case "random":
		axes = p.unitwise(seed)
	case "pca":
		axes = components(r.Path)
	case "hessian":
		_, axes = NewCurvature(n, p.Origin).Largest(2)
	default:
		return nil, fmt.Errorf("slice: no directions %q, want one of %v", slicing, Slicings)
	}
	p.setAxes(axes)
	p.project(r.Path)
	p.setBox(slicing)
	return p, nil
}

// unitwise returns random directions that have the length of each unit's weights there, and 0
// for the biases.
func (p *Plane) unitwise(seed uint64) [][]float64 {
	p.network.Set(p.Origin)
	axes := make([][]float64, 2)
	for i := range axes {
		d := randomDirection(len(p.Origin), sliceStream+2*seed+uint64(i))
		axes[i] = d
		for _, l := range p.network.layers {
			for j := range l.out {
				weights, direction := 0.0, 0.0
				for k := j; k < len(l.weights); k += l.out {
					w := float64(l.weights[k])
					weights += float64(w * w)
					direction += float64(d[k] * d[k])
				}
				factor := math.Sqrt(weights / direction)
				for k := j; k < len(l.weights); k += l.out {
					d[k] *= factor
				}
			}
			clear(d[len(l.weights):][:len(l.bias)])
			d = d[len(l.weights)+len(l.bias):]
		}
	}
	return axes
}

// components returns the principal components of a path, of length 1. They are found by the
// products of the path's points with each other, of which there are fewer than parameters.
func components(path [][]float32) [][]float64 {
	deviations := centred(path)
	gram := make([][]float64, len(path))
	for i := range gram {
		gram[i] = make([]float64, len(path))
		for j := range i + 1 {
			gram[i][j] = dot(deviations[i], deviations[j])
			gram[j][i] = gram[i][j]
		}
	}
	_, weights := lanczos(len(path), 2, 1e-12, func(dst, x []float64) {
		for i, row := range gram {
			dst[i] = dot(row, x)
		}
	})
	axes := combine(deviations, weights)
	longest := length(axes[0])
	for i, d := range axes {
		l := length(d)
		if !(l > 1e-6*longest) { // rounding errors of a straight path, or of none
			return axes[:i]
		}
		scale(d, 1/l)
	}
	return axes
}

// centred returns the differences of a path's points from their mean.
func centred(path [][]float32) [][]float64 {
	mean := make([]float64, len(path[0]))
	deviations := make([][]float64, len(path))
	for t, x := range path {
		deviations[t] = make([]float64, len(x))
		for i, v := range x {
			deviations[t][i] = float64(v)
			mean[i] += float64(v) / float64(len(path))
		}
	}
	for _, d := range deviations {
		addTo(d, -1, mean)
	}
	return deviations
}

// setAxes sets the directions, the second at right angles to the first one. What is missing, as
// on a straight path, is random and of length 1.
func (p *Plane) setAxes(axes [][]float64) {
	for i := len(axes); i < 2; i++ {
		d := randomDirection(len(p.Origin), sliceStream+uint64(i))
		scale(d, 1/length(d))
		axes = append(axes, d)
	}
	if square := dot(axes[0], axes[0]); square > 0 {
		addTo(axes[1], -dot(axes[0], axes[1])/square, axes[0])
	}
	p.Axes = [2][]float64{axes[0], axes[1]}
}

// project sets Path and Shares.
func (p *Plane) project(path [][]float32) {
	offset := make([]float64, len(p.Origin))
	p.Path = make([][2]float64, len(path))
	for t, x := range path {
		for i, v := range x {
			offset[i] = float64(v) - float64(p.Origin[i])
		}
		for i, a := range p.Axes {
			if square := dot(a, a); square > 0 {
				p.Path[t][i] = dot(offset, a) / square
			}
		}
	}
	total := 0.0
	for _, d := range centred(path) {
		total += dot(d, d)
	}
	if total == 0 {
		return
	}
	for i, a := range p.Axes {
		mean, sum := 0.0, 0.0
		for _, x := range p.Path {
			mean += x[i] / float64(len(path))
		}
		for _, x := range p.Path {
			e := x[i] - mean
			sum += float64(e * e)
		}
		p.Shares[i] = float64(sum*dot(a, a)) / total
	}
}

// setBox sets the box: to the path with a margin for its own components, to directions as long
// as the weights are for random ones, and to half of their length for eigenvectors.
func (p *Plane) setBox(slicing string) {
	half := 1.0
	switch slicing {
	case "hessian":
		square := 0.0
		for _, v := range p.Origin {
			square += float64(float64(v) * float64(v))
		}
		half = max(math.Sqrt(square)/2, 0.01)
	case "pca":
		for i := range p.Axes {
			lo, hi := 0.0, 0.0
			for _, x := range p.Path {
				lo, hi = min(lo, x[i]), max(hi, x[i])
			}
			margin := max(0.25*(hi-lo), 0.01)
			p.Box[2*i], p.Box[2*i+1] = lo-margin, hi+margin
		}
		return
	}
	p.Box = [4]float64{-half, half, -half, half}
}

// Loss returns the mean cross-entropy over all samples to train with at a point of the plane.
func (p *Plane) Loss(x, y float64) float64 {
	for i, o := range p.Origin {
		p.moved[i] = float32(float64(o) + float64(x*p.Axes[0][i]) + float64(y*p.Axes[1][i]))
	}
	p.network.Set(p.moved)
	return p.network.Objective(nil, nil)
}

// Row stores the losses at the points of a row of a grid over the box, whose row 0 has the
// least y. A loss that is no number, or too large for float32, is the largest one.
func (p *Plane) Row(dst []float32, row, rows int) {
	y := between(p.Box[2], p.Box[3], row, rows)
	for i := range dst {
		loss := p.Loss(between(p.Box[0], p.Box[1], i, len(dst)), y)
		if !(loss < math.MaxFloat32) {
			loss = math.MaxFloat32
		}
		dst[i] = float32(loss)
	}
}

// between returns the i-th of n points from lo to hi.
func between(lo, hi float64, i, n int) float64 {
	if n < 2 {
		return lo
	}
	return lo + float64((hi-lo)*float64(i))/float64(n-1)
}
