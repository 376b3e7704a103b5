package mnist

import (
	"fmt"
	"math/rand/v2"
)

// glyphs are the digits as bitmaps of 5 × 7.
var glyphs = [Classes][7]string{
	{" ### ", "#   #", "#  ##", "# # #", "##  #", "#   #", " ### "},
	{"  #  ", " ##  ", "  #  ", "  #  ", "  #  ", "  #  ", " ### "},
	{" ### ", "#   #", "    #", "   # ", "  #  ", " #   ", "#####"},
	{" ### ", "#   #", "    #", "  ## ", "    #", "#   #", " ### "},
	{"   # ", "  ## ", " # # ", "#  # ", "#####", "   # ", "   # "},
	{"#####", "#    ", "#### ", "    #", "    #", "#   #", " ### "},
	{"  ## ", " #   ", "#    ", "#### ", "#   #", "#   #", " ### "},
	{"#####", "    #", "   # ", "  #  ", " #   ", " #   ", " #   "},
	{" ### ", "#   #", "#   #", " ### ", "#   #", "#   #", " ### "},
	{" ### ", "#   #", "#   #", " ####", "    #", "   # ", " ##  "},
}

// How a digit is drawn.
const (
	dotSize    = 3                      // side of a bitmap's dot, in pixels
	leftMargin = (Side - 5*dotSize) / 2 // margins of a centred digit
	topMargin  = (Side - 7*dotSize) / 2
	maxShift   = 3   // pixels off the centre, in each direction
	maxNoise   = 96  // background grey
	minInk     = 128 // foreground grey
	dropout    = 25  // percentage of foreground pixels left out
)

// Draw draws n noisy digits. All arithmetic is in integers, so a seed
// gives the same images everywhere.
func Draw(n int, seed uint64) *Dataset {
	rng := rand.New(rand.NewPCG(seed, 1))
	grey, labels := make([]uint8, n*Pixels), make([]uint8, n)
	for i := range labels {
		labels[i] = uint8(rng.IntN(Classes))
		drawDigit(rng, grey[i*Pixels:][:Pixels], glyphs[labels[i]])
	}
	return newDataset(fmt.Sprintf("digits drawn with seed %d", seed), grey, labels)
}

func drawDigit(rng *rand.Rand, image []uint8, glyph [7]string) {
	for i := range image {
		image[i] = uint8(rng.UintN(maxNoise))
	}
	x0, y0 := leftMargin+rng.IntN(2*maxShift+1)-maxShift, topMargin+rng.IntN(2*maxShift+1)-maxShift
	ink := minInk + rng.UintN(256-minInk)
	for y := range 7 * dotSize {
		for x := range 5 * dotSize {
			if glyph[y/dotSize][x/dotSize] == '#' && rng.UintN(100) >= dropout {
				image[(y0+y)*Side+x0+x] = uint8(ink)
			}
		}
	}
}
