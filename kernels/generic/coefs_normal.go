package generic

// Coefficients of the quantile function of the normal distribution, at a distance x from 1/2:
// it is x p(w)/q(w) for w = -log(1 - 4x^2) from 0 to 44, which is for tails from 2^-65 up.
// All the coefficients of p and q are positive, so that nothing cancels. (Remez, on the
// relative error.)
const (
	// NormalLeast is 1 - 4x^2 for the least tail.
	NormalLeast = 0x1p-63
)

// For float32, w is a binary logarithm, and NormalLog2 is -log2(1+f)/f, with an error of
// 2^-27.1 of that logarithm, for 1 + f from RootHalf to its double. The quantile has a
// relative error of 2^-28.6 with NormalAbove32 and NormalBelow32, and for float64 of 2^-55.6
// with NormalAbove64 and NormalBelow64.
var (
	NormalLog2 = [...]float64{
		-0x1.7154736eba135p0, 0x1.7154692a38a4bp-1, -0x1.ec76f46bdec92p-2, 0x1.7160e5fcec084p-2,
		-0x1.268f7b8dbb3cap-2, 0x1.e87cdb33b85d1p-3, -0x1.bd3142a07f794p-3, 0x1.aeb390c4d9a79p-3,
		-0x1.00d88221081a7p-3,
	}
	NormalAbove32 = [...]float64{
		0x1.40d9320b926d4p1, 0x1.4b9816dd16884p-1, 0x1.86d7a2b03b09dp-4, 0x1.3d8c6df65b342p-7,
		0x1.6514b99093e95p-11, 0x1.04899a0b96789p-15, 0x1.ee973fbbfc3f3p-21, 0x1.a9a1ffd6cd881p-27,
		0x1.f3ada63729faap-37,
	}
	NormalBelow32 = [...]float64{
		0x1p0, 0x1.3b0343dbb3675p-4, 0x1.247333f4a141p-6, 0x1.0c3a93e704262p-10,
		0x1.3a1b6569d54c4p-14, 0x1.33a43cb4f5f8ap-19, 0x1.e9729e7e1d343p-25, 0x1.2cf08939a0d0ap-32,
	}
	NormalAbove64 = [...]float64{
		0x1.40d931ff62706p1, 0x1.447f15366ccd8p0, 0x1.aa998f35c5279p-2, 0x1.922c5ee74baa9p-4,
		0x1.27a86c48ac6d3p-6, 0x1.5bc7e9218dc93p-9, 0x1.4dce8bf92a41bp-12, 0x1.07a3a91967c63p-15,
		0x1.583e4d2f60498p-19, 0x1.75b8725c2365ep-23, 0x1.523e3da1d4852p-27, 0x1.f2f53398a2d9bp-32,
		0x1.18c2452aed4a4p-36, 0x1.2ae390bfe8ff2p-41, 0x1.875ffb5b38b78p-48, 0x1.6b9a3352ae1e9p-57,
	}
	NormalBelow64 = [...]float64{
		0x1p0, 0x1.f37a42ab63b31p-3, 0x1.6dd98b4b7c016p-4, 0x1.f3828b199263bp-7, 0x1.731d68a42eb24p-9,
		0x1.60f61caff7367p-12, 0x1.4f0da8124501ap-15, 0x1.b3b92c5f4989bp-19, 0x1.1bac4629c807dp-22,
		0x1.fb33b812ec9cdp-27, 0x1.ccbef9d8a2452p-31, 0x1.0582b6c04abd8p-35, 0x1.45921216f9003p-40,
		0x1.9d9f393dfe6dfp-46, 0x1.ea99caf629501p-54, 0x1.e5fc4b3cb6a2cp-65,
	}
)
