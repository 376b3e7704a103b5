//go:build unix

package kerneltest

import (
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Guard is memory between two pages that may be neither read nor written: a
// kernel that leaves its slices dies there.
type Guard struct {
	all  []byte
	page int
}

// NewGuard maps at least size bytes between guard pages.
func NewGuard(size int) (*Guard, error) {
	page := os.Getpagesize()
	size = (size + page - 1) / page * page
	all, err := unix.Mmap(-1, 0, size+2*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil, fmt.Errorf("kerneltest: mapping %d bytes: %w", size+2*page, err)
	}
	g := &Guard{all, page}
	for _, edge := range [][]byte{all[:page], all[page+size:]} {
		if err := unix.Mprotect(edge, unix.PROT_NONE); err != nil {
			return nil, fmt.Errorf("kerneltest: protecting a page: %w", err)
		}
	}
	return g, nil
}

// Close unmaps the memory.
func (g *Guard) Close() error { return unix.Munmap(g.all) }

// First returns n elements right behind the front guard page.
func First[E any](g *Guard, n int) []E {
	return unsafe.Slice((*E)(unsafe.Pointer(&g.all[g.page])), n)
}

// Last returns n elements right before the back guard page.
func Last[E any](g *Guard, n int) []E {
	var e E
	end := len(g.all) - g.page
	start := end - n*int(unsafe.Sizeof(e))
	if n == 0 {
		start-- // an element's address is needed, and only that
	}
	return unsafe.Slice((*E)(unsafe.Pointer(&g.all[start])), n)
}
