package mnist

import "fmt"

// Sizes of the images and the number of digits.
const (
	Side    = 28
	Pixels  = Side * Side
	Classes = 10
)

// How the examples divide the 10,000 images of MNIST's test set.
const (
	TrainImages = 8000
	TestImages  = 2000
)

// A Dataset is a list of images, Pixels numbers in [0, 1] each, and their labels.
type Dataset struct {
	Source string
	Images []float32
	Labels []uint8
}

// newDataset takes grey values from 0 to 255.
func newDataset(source string, grey, labels []uint8) *Dataset {
	images := make([]float32, len(grey))
	for i, v := range grey {
		images[i] = float32(v) / 255
	}
	return &Dataset{source, images, labels}
}

// Len returns the number of images.
func (d *Dataset) Len() int { return len(d.Labels) }

// Image returns an image.
func (d *Dataset) Image(i int) []float32 { return d.Images[i*Pixels:][:Pixels] }

// Slice returns some of the images.
func (d *Dataset) Slice(from, to int) *Dataset {
	return &Dataset{d.Source, d.Images[from*Pixels : to*Pixels], d.Labels[from:to]}
}

// Load reads the images in a directory, or draws as many if it is "", and divides
// them.
func Load(dir string, seed uint64) (train, test *Dataset, err error) {
	const n = TrainImages + TestImages
	if dir == "" {
		d := Draw(n, seed)
		return d.Slice(0, TrainImages), d.Slice(TrainImages, n), nil
	}
	d, err := Read(dir)
	if err != nil {
		return nil, nil, err
	}
	if d.Len() < n {
		return nil, nil, fmt.Errorf("%s: %d images, want at least %d", dir, d.Len(), n)
	}
	return d.Slice(0, TrainImages), d.Slice(d.Len()-TestImages, d.Len()), nil
}
