module github.com/seed63264101/steepest/optim/distributed

go 1.26.0

// Below every version that there is, so that a program that requires both modules gets its own.
require github.com/seed63264101/steepest v0.0.0-00010101000000-000000000000

require (
	github.com/ebitengine/purego v0.11.3
	github.com/klauspost/cpuid/v2 v2.4.2 // indirect
	golang.org/x/sys v0.49.0 // indirect
	gonum.org/v1/gonum v0.17.0 // indirect
)

replace github.com/seed63264101/steepest => ../..
