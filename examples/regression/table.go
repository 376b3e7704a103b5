package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
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

// A table holds data by columns.
type table struct {
	source   string
	names    []string
	features [][]float64 // one slice for each feature
	target   []float64
}

// readMachine reads the data from a directory.
func readMachine(dir string) (*table, error) {
	path := filepath.Join(dir, machineFile)
	f, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t := &table{source: path, names: featureNames, features: make([][]float64, len(featureNames))}
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
				t.features[i-firstField] = append(t.features[i-firstField], v)
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
	rng := rand.New(rand.NewPCG(seed, 2))
	t := &table{source: fmt.Sprintf("data generated with seed %d", seed), names: featureNames}
	largest := []float64{1500, 32000, 64000, 256, 52, 176}
	for _, most := range largest {
		column := make([]float64, rows)
		for i := range column {
			u := rng.Float64()
			column[i] = math.Round(most * u * u) // few large machines
		}
		t.features = append(t.features, column)
	}
	t.target = make([]float64, rows)
	for i := range t.target {
		t.target[i] = plantedBias + plantedNoise*rng.NormFloat64()
	}
	for j, column := range t.features {
		kernels.Axpy(plantedWeights[j], column, t.target)
	}
	return t
}

// A scale is what standardising has done to a feature: x became (x-mean)/dev.
type scale struct{ mean, dev float64 }

// standardise gives every feature mean 0 and standard deviation 1.
func (t *table) standardise() ([]scale, error) {
	n := float64(len(t.target))
	ones := make([]float64, len(t.target))
	for i := range ones {
		ones[i] = 1
	}
	scales := make([]scale, len(t.features))
	for j, column := range t.features {
		mean := kernels.Sum(column) / n
		kernels.Axpy(-mean, ones, column)
		dev := kernels.Nrm2(column) / math.Sqrt(n)
		// Rounding leaves a constant feature tiny deviations.
		if !(dev > 1e-12*math.Abs(mean)) || math.IsInf(dev, 0) {
			return nil, fmt.Errorf("%s: feature %s is constant or too large to standardise", t.source, t.names[j])
		}
		kernels.Scal(1/dev, column)
		scales[j] = scale{mean, dev}
	}
	return scales, nil
}
