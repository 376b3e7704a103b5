// Package dispatch has the kernels of every level in tables, and the table that is in use.
//
// The functions of package kernels check their arguments and call an entry of the active
// table; package gonumblas, which has checked its own, does the same. Entries check nothing,
// and what distinguishes their many numbers is the order alone, so that no one else should
// call them: package kerneltest hands them to tests and benchmarks that range over them.
package dispatch
