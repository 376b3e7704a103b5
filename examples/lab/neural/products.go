package neural

// The products of small matrices as loops, whose every product and sum rounds. kernels.Gemm
// rounds a product and a sum once, as SIMD units do, for which a browser takes ten times as
// long as for both loops together.
//
// Four rows go together, since loads and stores take longer than arithmetic; sums keep the
// order of the rows.

// multiply stores x·w + bias in y, for matrices of rows × in and in × out.
func multiply(y, x, w, bias []float32, rows, in, out int) {
	for r := range rows {
		y, x := y[r*out:][:out], x[r*in:][:in]
		copy(y, bias)
		k := 0
		for ; k+4 <= in; k += 4 {
			x0, x1, x2, x3 := x[k], x[k+1], x[k+2], x[k+3]
			w0, w1, w2, w3 := w[k*out:][:len(y)], w[(k+1)*out:][:len(y)], w[(k+2)*out:][:len(y)], w[(k+3)*out:][:len(y)]
			for j := range y {
				y[j] = y[j] + float32(x0*w0[j]) + float32(x1*w1[j]) + float32(x2*w2[j]) + float32(x3*w3[j])
			}
		}
		for ; k < in; k++ {
			addScaled(y, x[k], w[k*out:])
		}
	}
}

// multiplyGradient stores xᵀ·dy in dw, and the sums of dy's columns in db.
func multiplyGradient(dw, db, x, dy []float32, rows, in, out int) {
	clear(dw)
	clear(db)
	r := 0
	for ; r+4 <= rows; r += 4 {
		x0, x1, x2, x3 := x[r*in:][:in], x[(r+1)*in:][:in], x[(r+2)*in:][:in], x[(r+3)*in:][:in]
		d0 := dy[r*out:][:out]
		d1, d2, d3 := dy[(r+1)*out:][:len(d0)], dy[(r+2)*out:][:len(d0)], dy[(r+3)*out:][:len(d0)]
		for j := range d0 {
			db[j] = db[j] + d0[j] + d1[j] + d2[j] + d3[j]
		}
		for k := range x0 {
			v0, v1, v2, v3 := x0[k], x1[k], x2[k], x3[k]
			row := dw[k*out:][:len(d0)]
			for j := range d0 {
				row[j] = row[j] + float32(v0*d0[j]) + float32(v1*d1[j]) + float32(v2*d2[j]) + float32(v3*d3[j])
			}
		}
	}
	for ; r < rows; r++ {
		d := dy[r*out:][:out]
		addScaled(db, 1, d)
		for k, v := range x[r*in:][:in] {
			addScaled(dw[k*out:][:out], v, d)
		}
	}
}

// multiplyBack stores dy·wᵀ in dx.
func multiplyBack(dx, dy, w []float32, rows, in, out int) {
	for r := range rows {
		d := dy[r*out:][:out]
		for k := range in {
			sum := float32(0)
			for j, v := range w[k*out:][:len(d)] {
				sum += float32(v * d[j])
			}
			dx[r*in+k] = sum
		}
	}
}

// addScaled adds v times the beginning of x to y.
func addScaled(y []float32, v float32, x []float32) {
	x = x[:len(y)]
	for j := range y {
		y[j] += float32(v * x[j])
	}
}
