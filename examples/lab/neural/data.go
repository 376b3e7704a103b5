package neural

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
)

// Data are samples with their classes, first those to train with and then those to validate.
type Data struct {
	Inputs, Classes int
	Train           int       // samples to train with
	Raw             []float32 // the inputs of each sample, one sample after the other
	X               []float32 // what the network gets: Raw, or Raw normalised
	Labels          []int     // the class of each sample

	mean, scale []float32 // of the inputs, nil if they are not normalised
}

// The streams of random numbers, by what they are for. That of a layer's weights is
// weightStream and its number, those of a plane's directions follow sliceStream.
const (
	placeStream  = 0
	noiseStream  = 1
	weightStream = 2
	krylovStream = 1 << 8
	sliceStream  = 1 << 9
)

// draws is how many random numbers a sample has for its place.
const draws = 8

// NewData draws the samples of a Config that is valid. Their classes take turns.
func NewData(c Config) *Data {
	n := c.Samples + int(float64(c.Samples)*c.Validation)
	d := &Data{Inputs: c.Inputs(), Classes: c.Classes(), Train: c.Samples, Labels: make([]int, n)}
	d.Raw = make([]float32, n*d.Inputs)
	places := make([]float32, n*draws)
	kernels.Uniform(places, 0, 1, kernels.Philox{Seed: c.Seed, Stream: placeStream})
	noise := make([]float32, len(d.Raw))
	kernels.Normal(noise, 0, float32(c.Noise), kernels.Philox{Seed: c.Seed, Stream: noiseStream})
	draw := map[string]func(x []float32, u []float32, class int){
		"spirals": drawSpiral, "xor": drawXOR, "circles": drawCircle, "digits": drawDigit,
	}[c.Data]
	for i := range d.Labels {
		d.Labels[i] = i % d.Classes
		draw(d.Raw[i*d.Inputs:][:d.Inputs], places[i*draws:][:draws], d.Labels[i])
	}
	for i, e := range noise {
		d.Raw[i] += e
	}
	c.Distort(d.Raw)
	d.X = d.Raw
	if c.Normalize {
		d.normalize()
	}
	return d
}

// Distort applies Scale and Offset to the inputs of some samples.
func (c *Config) Distort(x []float32) {
	for i, v := range x {
		if i%2 == 1 { // samples have an even number of inputs
			v = float32(v * float32(c.Scale))
		}
		x[i] = v + float32(c.Offset)
	}
}

// normalize takes the moments of the samples to train with. An input that is the same in all
// of them is only shifted.
func (d *Data) normalize() {
	variance := make([]float32, d.Inputs)
	d.mean, d.scale = make([]float32, d.Inputs), make([]float32, d.Inputs)
	kernels.ColumnMoments(d.mean, variance, d.Raw, d.Inputs, d.Train)
	for j, v := range variance {
		d.scale[j] = 1
		if v > 1e-12 {
			d.scale[j] = float32(1 / math.Sqrt(float64(v)))
		}
	}
	d.X = make([]float32, len(d.Raw))
	d.Prepare(d.X, d.Raw)
}

// Prepare stores what a network gets for raw inputs of some samples. dst may be raw.
func (d *Data) Prepare(dst, raw []float32) {
	if d.scale == nil {
		copy(dst, raw)
		return
	}
	kernels.StandardizeColumns(dst, d.Inputs, raw, d.Inputs, len(raw)/d.Inputs, d.mean, d.scale)
}

// drawSpiral places a sample on one of two spirals that are wound into each other.
func drawSpiral(x, u []float32, class int) {
	const turns = 1.25
	r := math.Sqrt(float64(u[0])) // so that all parts of a spiral have as many samples
	cos, sin := circle(float64(turns*r) + float64(class)/2)
	x[0], x[1] = float32(r*cos), float32(r*sin)
}

// drawXOR places a sample in a square, of which class 0 has two quarters that meet in a corner.
func drawXOR(x, u []float32, class int) {
	x[0], x[1] = 2*u[0]-1, u[1]
	if (x[0] < 0) != (class == 1) {
		x[1] = -x[1]
	}
}

// drawCircle places a sample in a disc, or in a ring around it.
func drawCircle(x, u []float32, class int) {
	r := float64(0.5 * math.Sqrt(float64(u[0])))
	if class == 1 {
		r = 0.75 + float64(0.25*float64(u[0]))
	}
	cos, sin := circle(float64(u[1]))
	x[0], x[1] = float32(r*cos), float32(r*sin)
}

// circle returns the point of the unit circle at so many turns, to about 1e-13. Package math's
// own functions differ between machines.
func circle(turns float64) (cos, sin float64) {
	x := (turns - math.Floor(turns+0.5)) * (2 * math.Pi / 64)
	s := float64(x * x)
	cos = 1 - float64(s*(0.5-float64(s*(1./24-float64(s*(1./720))))))
	sin = x * (1 - float64(s*(1./6-float64(s*(1./120-float64(s*(1./5040)))))))
	for range 6 { // from a 64th of the angle to the angle
		cos, sin = float64(cos*cos)-float64(sin*sin), 2*cos*sin
	}
	return cos, sin
}
