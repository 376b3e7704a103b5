package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim/checkpoint/regular"
)

// The UCI Mushroom data in LIBSVM's format, as it is distributed with XGBoost:
// 22 attributes, of which each value is a feature of its own.
const (
	trainFile = "agaricus.txt.train"
	testFile  = "agaricus.txt.test"
	trainRows = 6513
	testRows  = 1611
	features  = 126
)

// A dataset is a matrix of sparse rows, one behind the other (compressed sparse
// rows), and a label of 0 or 1 for each.
type dataset struct {
	source  string
	labels  []float32
	offsets []int // where each row begins in index and value, and where the last one ends
	index   []int32
	value   []float32
}

func newDataset(source string) *dataset { return &dataset{source: source, offsets: []int{0}} }

func (d *dataset) len() int { return len(d.labels) }

// row returns the features that row i has, and their values.
func (d *dataset) row(i int) (index []int32, value []float32) {
	from, to := d.offsets[i], d.offsets[i+1]
	return d.index[from:to], d.value[from:to]
}

// endRow makes a row of what has been appended to index and value.
func (d *dataset) endRow(label float32) {
	d.labels = append(d.labels, label)
	d.offsets = append(d.offsets, len(d.index))
}

// readLIBSVM reads a file that must have some number of rows.
func readLIBSVM(dir, name string, rows int) (*dataset, error) {
	path := filepath.Join(dir, name)
	f, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	d := newDataset(path)
	if err := d.read(f, rows); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return d, nil
}

func (d *dataset) read(r io.Reader, rows int) error {
	s := bufio.NewScanner(r)
	for s.Scan() {
		if err := d.addLine(s.Text()); err != nil {
			return fmt.Errorf("line %d: %w", d.len()+1, err)
		}
		if d.len() > rows {
			return fmt.Errorf("more than %d rows", rows)
		}
	}
	if err := s.Err(); err != nil {
		return fmt.Errorf("line %d: %w", d.len()+1, err)
	}
	if d.len() < rows {
		return fmt.Errorf("%d rows, want %d", d.len(), rows)
	}
	return nil
}

// addLine appends the row of a line: a label, then index:value pairs whose
// indices ascend.
func (d *dataset) addLine(line string) error {
	fields := strings.Fields(line)
	switch len(fields) {
	case 0:
		return errors.New("is blank, want a label and features")
	case 1:
		return fmt.Errorf("%q alone, want a label and features", fields[0])
	}
	label := fields[0]
	if label != "0" && label != "1" {
		return fmt.Errorf("label %q, want 0 or 1", label)
	}
	last := 0
	for _, field := range fields[1:] {
		name, number, found := strings.Cut(field, ":")
		if !found {
			return fmt.Errorf("%q, want index:value", field)
		}
		i, err := strconv.Atoi(name)
		if err != nil || i <= last || i > features {
			return fmt.Errorf("index %q, want a number from %d to %d", name, last+1, features)
		}
		last = i
		v, err := strconv.ParseFloat(number, 32)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("value %q of feature %d, want a finite number", number, i)
		}
		d.index = append(d.index, int32(i-1)) // ours count from 0
		d.value = append(d.value, float32(v))
	}
	d.endRow(float32(label[0] - '0'))
	return nil
}

// attributes are the numbers of values of the generated rows' attributes, as
// many features and as many attributes as in the mushroom data.
var attributes = [22]int{6, 4, 10, 2, 9, 4, 3, 2, 12, 2, 7, 4, 4, 9, 9, 4, 3, 8, 9, 6, 7, 2}

// generate draws rows to train and to test. Which value an attribute has is drawn
// with falling probability, so that some features are rare. A planted weight for
// each feature decides about the label; rows too close to call are drawn again.
func generate(seed uint64) (train, test *dataset) {
	rng := rand.New(rand.NewPCG(seed, 3))
	planted := make([]float64, features)
	kernels.Normal(planted, 0, 1, kernels.Philox{Seed: seed})
	draw := func(rows int) *dataset {
		d := newDataset(fmt.Sprintf("data generated with seed %d", seed))
		for d.len() < rows {
			start, score, first := len(d.index), 0.0, 0
			for _, values := range attributes {
				u := rng.Float64()
				i := first + int(u*u*float64(values))
				score += planted[i]
				d.index = append(d.index, int32(i))
				d.value = append(d.value, 1)
				first += values
			}
			switch {
			case score > 1:
				d.endRow(1)
			case score < -1:
				d.endRow(0)
			default:
				d.index, d.value = d.index[:start], d.value[:start]
			}
		}
		return d
	}
	return draw(trainRows), draw(testRows)
}
