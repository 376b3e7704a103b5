package demo

import (
	"errors"
	"os"
	"path/filepath"
)

// Generated is the value of the flag -data that asks for generated data.
const Generated = "none"

// DataUsage describes the flag -data of a program that reads some files.
func DataUsage(files string) string {
	return "`directory` with " + files + ", or " + Generated + " to generate data (default: $STEEPEST_DATA or ../shared/data where they hold it, otherwise generated)"
}

// FindData returns the directory to read data from, or "" if data should be
// generated. The files may lie in a directory itself, or in its subdirectory sub,
// as those of all examples do in one place.
//
// A directory that the flag or the environment variable STEEPEST_DATA names is
// taken as it is: should the files be missing there, reading them says so. The
// default is taken only if it holds probe.
func FindData(flag, sub, probe string) string {
	switch {
	case flag == Generated:
		return ""
	case flag != "":
		return inside(flag, sub)
	}
	if dir := os.Getenv("STEEPEST_DATA"); dir != "" {
		return inside(dir, sub)
	}
	dir := inside(filepath.Join("..", "shared", "data"), sub)
	if _, err := os.Stat(filepath.Join(dir, probe)); errors.Is(err, os.ErrNotExist) {
		return ""
	}
	return dir
}

// inside returns the directory's subdirectory if there is one.
func inside(dir, sub string) string {
	if info, err := os.Stat(filepath.Join(dir, sub)); err == nil && info.IsDir() {
		return filepath.Join(dir, sub)
	}
	return dir
}
