package mpi

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/seed63264101/steepest/optim/checkpoint/regular"
)

// runExitHandlers runs what a library wants done when the process exits, which Go's runtime does
// not: MPICH, from 4.2 on, tells its launcher only then that all is well, and without it, the
// launcher kills those ranks that end last. The library is that with a function at an address.
//
// C's library knows handlers by the address of the library's __dso_handle. That is a hidden
// word of its data which holds its own address; for another such word there are no handlers.
func runExitHandlers(library, function uintptr) error {
	finalize, err := symbol(library, "__cxa_finalize")
	if err != nil {
		return fmt.Errorf("mpi: %w", err)
	}
	regions, err := dataAround(uint64(function))
	if err != nil {
		return fmt.Errorf("mpi: %w", err)
	}
	memory, err := regular.Open("/proc/self/mem")
	if err != nil {
		return fmt.Errorf("mpi: %w", err)
	}
	defer memory.Close()
	for _, r := range regions {
		data := make([]byte, r.to-r.from)
		if _, err := memory.ReadAt(data, int64(r.from)); err != nil {
			return fmt.Errorf("mpi: %w", err)
		}
		for at := 0; at+8 <= len(data); at += 8 {
			if word := binary.LittleEndian.Uint64(data[at:]); word == r.from+uint64(at) {
				invoke(finalize, uintptr(word))
			}
		}
	}
	return nil
}

// A region is a part of a process's memory, and the file from which it was mapped.
type region struct {
	from, to uint64
	writable bool
	file     string
}

// dataAround returns the writable regions of the file that an address is mapped from.
func dataAround(address uint64) ([]region, error) {
	maps, err := regular.ReadFile("/proc/self/maps")
	if err != nil {
		return nil, err
	}
	var all []region
	file := ""
	for line := range strings.Lines(string(maps)) {
		// from-to permissions offset device inode file
		fields := strings.Fields(line)
		if len(fields) < 6 {
			continue
		}
		r := region{writable: strings.HasPrefix(fields[1], "rw"), file: fields[5]}
		if _, err := fmt.Sscanf(fields[0], "%x-%x", &r.from, &r.to); err != nil {
			return nil, err
		}
		if r.from <= address && address < r.to {
			file = r.file
		}
		if r.writable {
			all = append(all, r)
		}
	}
	var data []region
	for _, r := range all {
		if r.file == file {
			data = append(data, r)
		}
	}
	return data, nil
}
