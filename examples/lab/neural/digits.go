package neural

import "math"

// Side is the side of a digit's picture, whose pixels are 0 where there is no ink and 1 where
// there is.
const Side = 12

// strokes are the digits as lines through points of the unit square, the first coordinate to
// the right and the second one down, in hundredths.
var strokes = [10][][2]float64{
	{{50, 5}, {80, 20}, {87, 50}, {80, 80}, {50, 95}, {20, 80}, {13, 50}, {20, 20}, {50, 5}},
	{{30, 25}, {55, 5}, {55, 95}},
	{{20, 25}, {35, 7}, {65, 7}, {80, 27}, {70, 50}, {20, 95}, {85, 95}},
	{{20, 8}, {75, 8}, {48, 40}, {75, 53}, {80, 75}, {60, 94}, {20, 88}},
	{{65, 95}, {65, 5}, {15, 65}, {85, 65}},
	{{80, 5}, {25, 5}, {22, 45}, {60, 40}, {82, 65}, {65, 92}, {20, 92}},
	{{70, 5}, {35, 35}, {20, 70}, {40, 95}, {70, 92}, {80, 70}, {60, 50}, {25, 62}},
	{{15, 5}, {85, 5}, {40, 95}},
	{{50, 48}, {25, 30}, {35, 7}, {65, 7}, {75, 30}, {50, 48}, {20, 72}, {35, 95}, {65, 95}, {80, 72}, {50, 48}},
	{{75, 40}, {50, 50}, {25, 35}, {30, 10}, {60, 5}, {75, 25}, {70, 65}, {50, 95}},
}

// drawDigit draws a digit with a pen whose width varies, as do the digit's place, width,
// height and slant.
func drawDigit(x, u []float32, class int) {
	vary := func(i int, lo, hi float64) float64 { return lo + float64((hi-lo)*float64(u[i])) }
	left, top := vary(0, 5.2, 6.8), vary(1, 5.2, 6.8)
	width, height := vary(2, 5, 8), vary(3, 7.5, 10)
	slant, pen := vary(4, -0.3, 0.3), vary(5, 0.9, 1.4)
	at := func(p [2]float64) (float64, float64) {
		across, down := p[0]/100-0.5, p[1]/100-0.5
		return left + float64(width*(across-float64(slant*down))), top + float64(height*down)
	}
	for i := range x {
		distance := math.Inf(1)
		px, py := float64(i%Side)+0.5, float64(i/Side)+0.5
		for j, p := range strokes[class][1:] {
			x0, y0 := at(strokes[class][j])
			x1, y1 := at(p)
			distance = min(distance, toLine(px, py, x0, y0, x1, y1))
		}
		x[i] = float32(min(1, max(0, pen-distance)))
	}
}

// toLine returns the distance of a point from the line between two others.
func toLine(x, y, x0, y0, x1, y1 float64) float64 {
	dx, dy := x1-x0, y1-y0
	t := (float64((x-x0)*dx) + float64((y-y0)*dy)) / (float64(dx*dx) + float64(dy*dy))
	t = min(1, max(0, t))
	ex, ey := x-x0-float64(t*dx), y-y0-float64(t*dy)
	return math.Sqrt(float64(ex*ex) + float64(ey*ey))
}
