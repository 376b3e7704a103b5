module github.com/seed63264101/steepest/examples/training

go 1.26.0

require (
	github.com/schollz/progressbar/v3 v3.19.1
	github.com/seed63264101/steepest v0.0.0
	golang.org/x/term v0.44.0
)

require (
	github.com/klauspost/cpuid/v2 v2.4.2 // indirect
	github.com/mitchellh/colorstring v0.0.0-20190213212951-d06e56a500db // indirect
	github.com/rivo/uniseg v0.4.7 // indirect
	golang.org/x/sys v0.49.0 // indirect
	gonum.org/v1/gonum v0.17.0 // indirect
)

replace github.com/seed63264101/steepest => ../..
