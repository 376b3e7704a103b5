package surface

import "testing"

// BenchmarkGrid: a picture's grid, and its contours.
func BenchmarkGrid(b *testing.B) {
	for _, k := range Kinds() {
		p, err := k.New()
		if err != nil {
			b.Fatal(err)
		}
		b.Run(k.Name, func(b *testing.B) {
			for b.Loop() {
				Grid32(p, k.Box, 160, 120)
			}
		})
	}
}

func BenchmarkContours(b *testing.B) {
	for _, k := range Kinds() {
		p, err := k.New()
		if err != nil {
			b.Fatal(err)
		}
		grid := Grid32(p, k.Box, 160, 120)
		b.Run(k.Name, func(b *testing.B) {
			for b.Loop() {
				Contours(grid, 160, len(grid)/160, k.Box, Levels(grid))
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	for _, k := range Kinds() {
		b.Run(k.Name, func(b *testing.B) {
			for b.Loop() {
				if _, err := k.New(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
