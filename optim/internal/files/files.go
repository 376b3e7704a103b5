// Package files writes files so that a crash leaves nothing half done.
package files

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// Replace writes a file so that at every moment, also after a crash, path
// holds either what it held before or all that the function wrote. An existing
// file gives the new one its permissions.
func Replace(path string, write func(*os.File) error) (err error) {
	dir := filepath.Dir(path)
	f, err := createTemp(dir)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close() // harmless if it is closed
			os.Remove(f.Name())
		}
	}()
	if old, err := os.Stat(path); err == nil {
		if !old.Mode().IsRegular() {
			return fmt.Errorf("%s is no regular file", path)
		}
		if err := f.Chmod(old.Mode().Perm()); err != nil && runtime.GOOS != "windows" {
			return err
		}
	}
	if err := write(f); err != nil {
		return err
	}
	// The data must be on the disk before the name is: otherwise a crash could
	// leave an empty file under the name.
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	if err := syncDir(dir); err != nil {
		return fmt.Errorf("the new file is in place, but may not survive a crash: %w", err)
	}
	return nil
}

// What the names of temporary files begin and end with; 16 hexadecimal digits are between.
const TempPrefix, TempSuffix = ".checkpoint-", ".tmp"

// IsTemp reports whether createTemp makes files of this name.
func IsTemp(name string) bool {
	rest, ok := strings.CutPrefix(name, TempPrefix)
	digits, tail, found := strings.Cut(rest, TempSuffix)
	return ok && found && tail == "" && len(digits) == 16 && strings.Trim(digits, "0123456789abcdef") == ""
}

// createTemp creates a file with the permissions of a new file, which those of
// os.CreateTemp are not. A rename within the directory is atomic.
func createTemp(dir string) (*os.File, error) {
	for range 100 {
		name := filepath.Join(dir, fmt.Sprintf("%s%016x%s", TempPrefix, rand.Uint64(), TempSuffix))
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
	return nil, fmt.Errorf("no free name for a temporary file in %s", dir)
}

// syncDir makes a rename durable where the system can.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" || runtime.GOOS == "plan9" {
		return nil // directories cannot be synced there
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	// Some file systems have no such thing either.
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}

// MakeDir makes a directory and those that it is in, and has them survive a crash.
func MakeDir(path string) error {
	if info, err := os.Stat(path); err == nil {
		if !info.IsDir() {
			return fmt.Errorf("%s is no directory", path)
		}
		return nil
	}
	parent := filepath.Dir(path)
	if parent != path {
		if err := MakeDir(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(path, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(parent)
}
