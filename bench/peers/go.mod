module github.com/seed63264101/steepest/bench/peers

go 1.26.0

require (
	github.com/klauspost/cpuid/v2 v2.4.2
	github.com/seed63264101/steepest v0.0.0
	gonum.org/v1/gonum v0.17.0
)

require golang.org/x/sys v0.49.0 // indirect

replace github.com/seed63264101/steepest => ../..
