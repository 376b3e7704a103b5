package neural

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"reflect"
	"strings"
	"testing"
)

// TestOptions: every field has its option, and the defaults are valid.
func TestOptions(t *testing.T) {
	c := Default()
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
	typ := reflect.TypeFor[Config]()
	if typ.NumField() != len(Options()) {
		t.Fatalf("%d options for %d fields", len(Options()), typ.NumField())
	}
	for i, o := range Options() {
		if f := typ.Field(i); f.Name != o.Name || o.About == "" {
			t.Errorf("option %+v for field %s", o, f.Name)
		}
	}
}

func TestValidate(t *testing.T) {
	for want, change := range map[string]func(c *Config){
		`Data = "rings"`:                    func(c *Config) { c.Data = "rings" },
		`Activation = ""`:                   func(c *Config) { c.Activation = "" },
		`Init = "He"`:                       func(c *Config) { c.Init = "He" },
		"Hidden has 9 layers":               func(c *Config) { c.Hidden = make([]int, 9) },
		"Hidden = 0, want 1 to 64":          func(c *Config) { c.Hidden = []int{8, 0} },
		"Hidden = 65":                       func(c *Config) { c.Hidden = []int{65} },
		"Offset = NaN":                      func(c *Config) { c.Offset = math.NaN() },
		"Scale = 0":                         func(c *Config) { c.Scale = 0 },
		"Samples = 9":                       func(c *Config) { c.Samples = 9 },
		"Noise = -1":                        func(c *Config) { c.Noise = -1 },
		"Validation = 1.5":                  func(c *Config) { c.Validation = 1.5 },
		"Seed = 1.8":                        func(c *Config) { c.Seed = math.MaxUint64 },
		"Samples = 2000, want at most 1836": func(c *Config) { c.Samples, c.Hidden = 2000, []int{64, 64, 2} },
	} {
		c := Default()
		change(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

// TestCircle compares with package math.
func TestCircle(t *testing.T) {
	for i := range 1000 {
		turns := float64(i-500) / 123
		cos, sin := circle(turns)
		wantSin, wantCos := math.Sincos(2 * math.Pi * turns)
		if math.Abs(cos-wantCos) > 1e-12 || math.Abs(sin-wantSin) > 1e-12 {
			t.Fatalf("circle(%v) = %v, %v, want %v, %v", turns, cos, sin, wantCos, wantSin)
		}
	}
}

// TestData: the data lie where they should, and are the same everywhere.
func TestData(t *testing.T) {
	inside := map[string]func(x, y float32) int{
		"xor": func(x, y float32) int {
			if (x < 0) == (y < 0) {
				return 0
			}
			return 1
		},
		"circles": func(x, y float32) int {
			if math.Hypot(float64(x), float64(y)) < 0.6 {
				return 0
			}
			return 1
		},
	}
	hashes := map[string]string{
		"spirals": "a6b1c5bc169f466e", "xor": "653c6fa01ff0238c",
		"circles": "d15a7c6575a64e10", "digits": "ae4333b32baf773f",
	}
	for _, name := range datasets {
		c := Default()
		c.Data, c.Noise, c.Normalize = name, 0, false
		d := NewData(c)
		if d.Train != 200 || len(d.Labels) != 300 || len(d.Raw) != 300*d.Inputs {
			t.Errorf("%s: %d to train, %d samples, %d numbers", name, d.Train, len(d.Labels), len(d.Raw))
		}
		for i, label := range d.Labels {
			if f := inside[name]; f != nil && f(d.Raw[2*i], d.Raw[2*i+1]) != label {
				t.Errorf("%s: sample %d at %v is of class %d", name, i, d.Raw[2*i:][:2], label)
			}
		}
		for _, x := range d.Raw {
			if !(x >= -1 && x <= 1) {
				t.Fatalf("%s: input %v", name, x)
			}
		}
		c.Noise, c.Normalize, c.Offset, c.Scale = 0.1, true, 3, 10
		h := fnv.New64a()
		binary.Write(h, binary.LittleEndian, NewData(c).X)
		if got := fmt.Sprintf("%016x", h.Sum64()); got != hashes[name] {
			t.Errorf("%s: hash %s, want %s", name, got, hashes[name])
		}
	}
}

// TestNormalize: normalised inputs have mean 0 and variance 1 whatever Offset and Scale are,
// and the others are what these make of them.
func TestNormalize(t *testing.T) {
	c := Default()
	c.Offset, c.Scale = 3, 10
	d := NewData(c)
	for j := range 2 {
		sum, squares := 0.0, 0.0
		for i := range d.Train {
			x := float64(d.X[2*i+j])
			sum += x
			squares += float64(x * x)
		}
		if n := float64(d.Train); math.Abs(sum/n) > 1e-5 || math.Abs(squares/n-1) > 1e-5 {
			t.Errorf("input %d: mean %v, mean square %v", j, sum/n, squares/n)
		}
	}
	plain := Default()
	raw := NewData(plain).Raw
	for i, x := range d.Raw {
		want := raw[i]
		if i%2 == 1 {
			want *= 10
		}
		if want += 3; x != want {
			t.Fatalf("input %d is %v, want %v", i, x, want)
		}
	}
}

// TestDigits: the nearest mean picture tells the digits apart.
func TestDigits(t *testing.T) {
	c := Default()
	c.Data, c.Samples, c.Noise, c.Normalize = "digits", 400, 0.1, false
	d := NewData(c)
	means := make([][]float64, d.Classes)
	for k := range means {
		means[k] = make([]float64, d.Inputs)
		for i := k; i < d.Train; i += d.Classes {
			for j := range means[k] {
				means[k][j] += float64(d.Raw[i*d.Inputs+j]) / float64(d.Train/d.Classes)
			}
		}
	}
	hits, n := 0, len(d.Labels)-d.Train
	for i := d.Train; i < len(d.Labels); i++ {
		best, least := 0, math.Inf(1)
		for k, mean := range means {
			distance := 0.0
			for j, m := range mean {
				e := float64(d.Raw[i*d.Inputs+j]) - m
				distance += float64(e * e)
			}
			if distance < least {
				best, least = k, distance
			}
		}
		if best == d.Labels[i] {
			hits++
		}
	}
	if 10*hits < 8*n {
		t.Errorf("%d of %d digits are nearest to their own mean", hits, n)
	}
	t.Logf("%d of %d", hits, n)
}
