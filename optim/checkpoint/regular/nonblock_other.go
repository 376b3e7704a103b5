//go:build !unix

package regular

const nonblock = 0 // open's look before it must do
