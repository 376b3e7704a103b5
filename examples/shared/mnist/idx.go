// Package mnist reads MNIST's handwritten digits, and draws digits of its own
// where they are missing.
package mnist

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/seed63264101/steepest/optim/checkpoint/regular"
)

// The files of MNIST's test set, as Y. LeCun, C. Cortes and C. J. C. Burges
// distribute it.
const (
	ImageFile = "t10k-images-idx3-ubyte.gz"
	LabelFile = "t10k-labels-idx1-ubyte.gz"
)

// maxItems bounds what a header may announce; MNIST's largest file holds 60,000.
const maxItems = 1000000

// Read reads the images and the labels in a directory.
func Read(dir string) (*Dataset, error) {
	images, err := readIDX(filepath.Join(dir, ImageFile), Side, Side)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, LabelFile)
	labels, err := readIDX(path)
	if err != nil {
		return nil, err
	}
	if n := len(images) / Pixels; n != len(labels) {
		return nil, fmt.Errorf("%s: %d labels for %d images", path, len(labels), n)
	}
	for i, l := range labels {
		if l >= Classes {
			return nil, fmt.Errorf("%s: label %d is %d, want 0 to %d", path, i, l, Classes-1)
		}
	}
	return newDataset("MNIST from "+dir, images, labels), nil
}

// readIDX reads a gzipped IDX file of bytes: a magic number, whose last byte is
// the number of dimensions, then the dimensions, then the bytes. The first
// dimension is the number of items, the others must be shape.
func readIDX(path string, shape ...int) ([]byte, error) {
	f, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := decodeIDX(f, shape)
	if errors.Is(err, io.ErrUnexpectedEOF) { // of the compressed data
		err = errors.New("file is cut short")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return data, nil
}

func decodeIDX(r io.Reader, shape []int) ([]byte, error) {
	file := bufio.NewReader(r) // of which z takes no byte behind the compressed data
	z, err := gzip.NewReader(file)
	if err == io.EOF {
		return nil, errors.New("file is empty")
	}
	if err != nil {
		return nil, err
	}
	z.Multistream(false) // what follows need not be compressed data
	header := make([]uint32, 2+len(shape))
	raw, err := io.ReadAll(io.LimitReader(z, int64(4*len(header))))
	if err != nil {
		return nil, err
	}
	if len(raw) < 4*len(header) {
		return nil, fmt.Errorf("%d bytes, want a header of %d", len(raw), 4*len(header))
	}
	for i := range header {
		header[i] = binary.BigEndian.Uint32(raw[4*i:])
	}
	// 0x08 is the type of unsigned bytes.
	if want := uint32(0x0800 + len(header) - 1); header[0] != want {
		return nil, fmt.Errorf("magic number %#08x, want %#08x", header[0], want)
	}
	if header[1] > maxItems {
		return nil, fmt.Errorf("header announces %d items, want at most %d", header[1], maxItems)
	}
	size := int(header[1])
	for i, want := range shape {
		if got := header[2+i]; got != uint32(want) {
			return nil, fmt.Errorf("dimension %d is %d, want %d", i+1, got, want)
		}
		size *= want
	}
	// One byte more than announced: it shows surplus data, and reading to the end
	// verifies the checksum.
	data, err := io.ReadAll(io.LimitReader(z, int64(size)+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) < size:
		return nil, fmt.Errorf("%d bytes of data, the header announces %d", len(data), size)
	case len(data) > size:
		return nil, fmt.Errorf("more than the %d bytes of data that the header announces", size)
	}
	if _, err := file.ReadByte(); err == nil {
		return nil, errors.New("more bytes behind the compressed data")
	} else if err != io.EOF {
		return nil, err
	}
	return data, nil
}
