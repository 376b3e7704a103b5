package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strconv"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/checkpoint/regular"
)

// The UCI Computer Hardware data: vendor, model, six features, the published
// performance, which is the target, and another model's estimate of it.
const (
	machineFile = "machine.data"
	machineRows = 209
	fields      = 10
	firstField  = 2 // of the features
	targetField = 8
)

// featureNames are the data's own: cycle time in ns, least and most main memory
// in kB, cache in kB, least and most channels.
var featureNames = []string{"MYCT", "MMIN", "MMAX", "CACH", "CHMIN", "CHMAX"}

// A table holds data by rows.
type table struct {
	source   string
	names    []string
	features []float64 // rows × names, row-major
	target   []float64
}

// columns returns the number of features.
func (t *table) columns() int { return len(t.names) }

// readMachine reads the data from a directory.
func readMachine(dir string) (*table, error) {
	path := filepath.Join(dir, machineFile)
	f, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t := &table{source: path, names: featureNames}
	if err := t.read(f); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

func (t *table) read(r io.Reader) error {
	c := csv.NewReader(r)
	c.FieldsPerRecord = fields
	for {
		record, err := c.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if len(t.target) == machineRows {
			return fmt.Errorf("more than %d rows", machineRows)
		}
		for i := firstField; i <= targetField; i++ {
			v, err := strconv.ParseFloat(record[i], 64)
			if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				line, _ := c.FieldPos(i)
				return fmt.Errorf("line %d: field %d is %q, want a finite number", line, i+1, record[i])
			}
			if i == targetField {
				t.target = append(t.target, v)
			} else {
				t.features = append(t.features, v)
			}
		}
	}
	if len(t.target) < machineRows {
		return fmt.Errorf("%d rows, want %d", len(t.target), machineRows)
	}
	return nil
}

// The model that generated data follows, up to noise.
var (
	plantedWeights = []float64{-0.05, 0.015, 0.006, 0.7, 1.5, 0.4}
	plantedBias    = 20.0
)

const plantedNoise = 10 // standard deviation

// generate draws data with the scales of the real data.
func generate(rows int, seed uint64) *table {
	t := &table{source: fmt.Sprintf("data generated with seed %d", seed), names: featureNames}
	largest := []float64{1500, 32000, 64000, 256, 52, 176}
	t.features, t.target = make([]float64, rows*len(largest)), make([]float64, rows)
	kernels.Uniform(t.features, 0, 1, kernels.Philox{Seed: seed, Stream: 0})
	for i, u := range t.features {
		t.features[i] = math.Round(largest[i%len(largest)] * u * u) // few large machines
	}
	kernels.Normal(t.target, plantedBias, plantedNoise, kernels.Philox{Seed: seed, Stream: 1})
	kernels.Gemv(1, t.features, t.columns(), plantedWeights, 1, t.target)
	return t
}

// A scaling is what standardising has done to each feature: x became (x-mean)/deviation.
type scaling struct{ mean, deviation []float64 }

// standardise gives every feature mean 0 and standard deviation 1.
func (t *table) standardise() (scaling, error) {
	k, rows := t.columns(), len(t.target)
	s := scaling{make([]float64, k), make([]float64, k)}
	kernels.ColumnMoments(s.mean, s.deviation, t.features, k, rows)
	inverse := make([]float64, k)
	for j, variance := range s.deviation {
		s.deviation[j] = math.Sqrt(variance)
		if d := s.deviation[j]; !(d > 0) || math.IsInf(d, 0) {
			return s, fmt.Errorf("%s: feature %s is constant or too large to standardise", t.source, t.names[j])
		}
		inverse[j] = 1 / s.deviation[j]
	}
	kernels.StandardizeColumns(t.features, k, t.features, k, rows, s.mean, inverse)
	return s, nil
}
