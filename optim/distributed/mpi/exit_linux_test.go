package mpi

import "testing"

// TestExitHandlers has a library's handlers run, those of this library alone, and once.
func TestExitHandlers(t *testing.T) {
	const source = `#include <stdlib.h>
static int ran;
static void handler(void) { ran++; }
__attribute__((constructor)) static void begin(void) { atexit(handler); atexit(handler); }
int count(void) { return ran; }
`
	type loaded struct{ handle, count uintptr }
	var libraries [2]loaded
	for i := range libraries {
		handle, err := open(build(t, source))
		if err != nil {
			t.Fatal(err)
		}
		count, err := symbol(handle, "count")
		if err != nil {
			t.Fatal(err)
		}
		libraries[i] = loaded{handle, count}
	}
	for range 2 {
		if err := runExitHandlers(libraries[1].handle, libraries[1].count); err != nil {
			t.Fatal(err)
		}
		if other, this := invoke(libraries[0].count), invoke(libraries[1].count); other != 0 || this != 2 {
			t.Fatalf("%d and %d handlers have run, not 0 and 2", other, this)
		}
	}
}
