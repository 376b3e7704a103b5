package checkpoint

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

// A ShardFile says which file [WriteShard] has written. Those of all ranks together are a
// checkpoint, which [ReadShards] reads.
type ShardFile struct {
	Name   string `json:"name"` // within its directory
	Size   int64  `json:"size"` // in bytes
	SHA256 string `json:"sha256"`
}

// WriteShard is [Write] for what [optim.Optimizer.SnapshotShard] returns.
func WriteShard[T kernels.Float](path string, s *optim.Snapshot[T]) (ShardFile, error) {
	if s != nil && s.Accumulated > 0 {
		return ShardFile{}, fmt.Errorf("checkpoint %s: a shard with the gradients of %d batches accumulated, want none", path, s.Accumulated)
	}
	size, digest, err := write(path, s)
	return ShardFile{filepath.Base(path), size, digest}, err
}

// Verify reads the file in its directory, and returns an error unless it is whole and the one
// that was written.
func (f ShardFile) Verify(dir string) error {
	file, h, err := f.open(dir)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := h.checkWhole(file); err != nil {
		return f.failed(dir, err)
	}
	return nil
}

// open opens the file and reads its header, which must be that of the file that was written.
func (f ShardFile) open(dir string) (*os.File, *header, error) {
	if f.Name != filepath.Base(f.Name) || !filepath.IsLocal(f.Name) {
		return nil, nil, fmt.Errorf("checkpoint: shard %q: want the name of a file in its directory", f.Name)
	}
	file, size, err := open(filepath.Join(dir, f.Name))
	if err != nil {
		return nil, nil, f.failed(dir, err)
	}
	h, err := f.header(file, size)
	if err != nil {
		file.Close()
		return nil, nil, f.failed(dir, err)
	}
	return file, h, nil
}

// header reads the header.
func (f ShardFile) header(file *os.File, size int64) (*header, error) {
	if size != f.Size {
		return nil, fmt.Errorf("%d bytes, want %d", size, f.Size)
	}
	h, err := readHeader(file, size)
	if err != nil {
		return nil, err
	}
	if err := h.checkFormat(); err != nil {
		return nil, err
	}
	if got := h.metadata["sha256"]; got != f.SHA256 {
		return nil, fmt.Errorf("another file: it has the sha256 %q, want %q", got, f.SHA256)
	}
	return h, nil
}

func (f ShardFile) failed(dir string, err error) error {
	return fmt.Errorf("checkpoint %s: %w", filepath.Join(dir, f.Name), err)
}
