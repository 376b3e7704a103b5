// Package regular opens files by name and refuses at once, by name, what is no
// regular file. Opening a named pipe waits for its other end, and some devices
// wait too; a device has no end, and the size of neither means anything.
package regular

import (
	"errors"
	"io"
	"io/fs"
	"os"
)

// create is how Create opens.
const create = os.O_WRONLY | os.O_CREATE | os.O_TRUNC

// Open opens a file for reading.
func Open(path string) (*os.File, error) { return open(path, os.O_RDONLY) }

// Create creates a file for writing, or empties the one that is there.
func Create(path string) (*os.File, error) { return open(path, create) }

// ReadFile reads the whole file.
func ReadFile(path string) ([]byte, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// WriteFile writes the whole file.
func WriteFile(path string, data []byte) error {
	f, err := Create(path)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// open looks first, because opening a pipe or a device may have effects of its
// own.
func open(path string, flag int) (*os.File, error) {
	if info, err := os.Stat(path); err == nil {
		if err := check(path, info); err != nil {
			return nil, err
		}
	}
	return openAndCheck(path, flag)
}

// openAndCheck does not trust an earlier look: another file may have taken the
// name.
func openAndCheck(path string, flag int) (*os.File, error) {
	f, err := os.OpenFile(path, flag|nonblock, 0o666)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil {
		err = check(path, info)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// check returns an error unless the file is a regular one.
func check(path string, info fs.FileInfo) error {
	kind := ""
	switch mode := info.Mode(); {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		kind = "a directory"
	case mode&fs.ModeNamedPipe != 0:
		kind = "a named pipe"
	case mode&fs.ModeSocket != 0:
		kind = "a socket"
	case mode&fs.ModeDevice != 0:
		kind = "a device"
	default:
		kind = "of another kind"
	}
	return &fs.PathError{Op: "open", Path: path, Err: errors.New("is " + kind + ", want a regular file")}
}
