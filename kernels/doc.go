// Package kernels holds SIMD kernels for gradient-descent training: vector
// updates, reductions, matrix products, sums over mini-batches, and fused optimizer
// steps, for float32 and float64, in assembly for AVX2, AVX-512 and NEON, without
// cgo.
//
//   - Vectors: [Axpy], [Axpby], [Scal], [Add], [Sub], [Mul], [Div], [Sqrt], [Lerp], [Clamp],
//     [SoftThreshold], [Swap] and the rotations [Rot] and [Rotm].
//   - Reductions: [Dot], [Dsdot], [Sum], [Asum], [SumSquares], [Nrm2], [Amax] and
//     [Iamax].
//   - A matrix and vectors: [Gemv], [GemvT] and [Ger]; two matrices: [Gemm], for
//     symmetric and triangular ones [Symm], [Syrk], [Syr2k], [Trmm] and [Trsm], and
//     package parallel for several goroutines.
//   - Linear models: [LinearGradient], the gradient of linear and logistic regression.
//   - Mini-batches: [SumRows] and [MeanRows] add the rows of a matrix, [SumSlices] and
//     [MeanSlices] a list of slices; [SumRowsAdd] and its like add to what is there.
//     [SumSlicesTree] and [MeanSlicesTree] add a list of slices as a binary tree.
//   - Each row of a matrix: [RowSums], [RowDots] and [RowMax]; [RowSubtract] and [RowScale] with a
//     number for each row.
//   - Rows that a list of indices names: [Gather] copies them, [ScatterAdd] adds to them;
//     [EmbeddingBag] adds them up in bags, with [EmbeddingBagGrad].
//   - Moments and normalisation: [ColumnMoments], [RowMoments], [StandardizeColumns] and its
//     inverse [UnstandardizeColumns], [ReciprocalRoot]; [BatchNorm], [BatchNormApply],
//     [LayerNorm] and [RMSNorm] with their gradients [BatchNormGrad], [LayerNormGrad] and
//     [RMSNormGrad].
//   - Functions of each element: [Exp], [Exp2], [Expm1], [Log], [Log1p], [Tanh], [Sigmoid],
//     [Erf].
//   - Activations: [ReLU], [LeakyReLU], [Softplus], [SiLU], [GELU], [GELUTanh], and those
//     with a function above, Tanh and Sigmoid; their gradients, [ReLUGrad],
//     [LeakyReLUGrad], [SigmoidGrad], [TanhGrad], [SoftplusGrad], [SiLUGrad], [GELUGrad]
//     and [GELUTanhGrad]; [AddBias] for the rows in front of one.
//   - Losses with their gradients: [SquaredError], [Huber], [Hinge] and [BinaryCrossEntropy];
//     of rows, [CrossEntropy] and [LogSumExp], with softmax.
//   - Random numbers that are functions of a place, a [Philox]: [Uniform], [Normal],
//     [TruncatedNormal], [Bernoulli], and [Dropout] with them; initial weights,
//     [XavierUniform], [XavierNormal], [HeUniform] and [HeNormal]; [Permutation] shuffles;
//     [Philox4x32] is the generator.
//   - Optimizer steps: [SGD], [Momentum], [Nesterov], [Adam] (AdamW too), [AMSGrad],
//     [Adamax], [NAdam], [AdamWarmup] (of RAdam), [AdaBelief], [Adagrad], [RMSprop] and
//     its variants, [Adadelta], [Lion], [FTRL], [ProdigyMoments] with [ProdigyStep],
//     [LAMBDirection], [AdafactorDirection] and [ScheduleFree]. Their coefficients come
//     from functions such as [AdamCoefs]; package optim makes whole training steps of them.
//   - Formats of 16 and 8 bits: [RoundBF16], [RoundBF16Stochastic], [WidenBF16], [SplitBF16],
//     [JoinBF16] and [SumSquaresBF16]; [QuantizeSigned] and [QuantizeUnsigned] with their
//     inverses [DequantizeSigned] and [DequantizeUnsigned]; steps with state, parameters and
//     gradients in them, [AdamState16], [AdamState8], [AdamSplit], [AdamSplitState8],
//     [AdamBF16State16], [AdamBF16State8], [MomentumState16], [MomentumState8],
//     [NesterovState16], [NesterovState8], [LionState16] and [LionState8]. A [Rounding] gives
//     them random bits.
//   - Strided vectors: [CopyInc], [AxpyInc], [DotInc], [GemvInc] and others with Inc in
//     their names.
//
// The functions check their arguments and run the kernels of one level, an
// instruction set or plain Go, which is chosen once when the program starts: the
// best that the machine has, or the one that the environment variable
// STEEPEST_LEVEL names (generic, avx2, avx512, neon). A level that the machine
// lacks, or an unknown name, gives generic and never a neighbour; [ActiveLevel]
// tells. (avx2 asks for FMA3 and BMI1, too.) The build tag purego leaves out all
// assembly. On a core that computes 64 bytes in two halves, avx512 has AVX2's kernels
// where those are faster.
//
// # The numeric contract
//
// Every kernel gives the same bits on every level, for every alignment and
// length of its slices. A training run reproduces across machines, and plain Go,
// package kernels/generic, is the specification of the assembly. Only the
// payloads and signs of NaN are left open: a NaN is a NaN.
//
// Rounding. Each + - * / and square root rounds once, to nearest, in the order
// that the reference writes. No multiplication is fused with an addition, but in matrix
// products, functions, [BinaryCrossEntropy] and random numbers, where the reference has it
// so, and where that changes no bit:
// [Dsdot], [SumSquares] and [Nrm2] of float32 multiply and add with one instruction, as
// the product of two float32 is exact in float64. (What Nrm2 scales because of its
// size, it multiplies and adds apart.)
//
// Element-wise kernels. An element's result depends on its own inputs alone, and
// not on its index.
//
// Reductions. [Dot], [Dsdot], [Sum], [Asum] and [SumSquares] have L lanes: 256 bytes of
// accumulators, which is 64 lanes in float32 and 32 in float64 (Dsdot and
// SumSquares accumulate in float64 for both element types). The lanes start at +0, element
// i is added to lane i mod L, in the order of the indices, and the lanes are
// folded by halves: lane j += lane j+L/2 for all j below L/2, then L/4, and so on
// down to lane 0. This runs over blocks of 16384 float32 or 8192 float64
// elements. The blocks' results are added in float64, in the order of the
// blocks, and the total is rounded to the result's type. Blocks are the unit of
// parallel work, so the number of workers never shows.
//
// To first order, with u = 2^-24 (float32 accumulators) or 2^-53, n elements and
// terms t, the error of a sum is at most
//
//	(min(n, block)/L + log2(L) + 2) u Σ|t|  +  (n/block) 2^-53 Σ|t|  +  u |Σt|
//
// which for float32 is at most 265 u Σ|t| at any length, where a plain loop has
// n u Σ|t|.
//
// A strided vector gives the bits of its elements side by side. Element i is
// counted as in BLAS: with a negative stride, element 0 lies at the far end.
//
// Rows of a matrix. [RowSums] and [RowDots] give the bits of Sum and Dot for each row.
// [RowMax] passes over NaN: it is -Inf where a row holds nothing else, and +0 for zeros of
// either sign.
//
// Rows at indices. [ScatterAdd] adds to a row in the order of the indices. [EmbeddingBag]'s
// sums start at +0 and add the rows of a bag in their order, with weights the rounded
// products; a mean is the sum times 1/n, both rounded.
//
// Matrix times vector. [Gemv]'s element r is alpha times the Dot of row r and x, to
// the bit, plus beta*y[r]. [GemvT] first scales y by beta, and then adds to it, for
// one row after the other from row 0, the rounded product of a[r][j] and the
// rounded alpha*x[r]. [Ger] adds the rounded product of y[j] and the rounded
// alpha*x[r]. With beta = 0, y counts as +0 whatever it holds.
//
// Linear models. [LinearGradient] has the rounding of Gemv and GemvT; rows go in pieces of
// 256, of which all but the first are summed from +0 and then added, in their order, so that
// the number of workers never shows.
//
// Moments. [ColumnMoments] sums deviations from a block's first row, 64 rows by themselves,
// and joins the blocks in order; [RowMoments] takes Sum's order twice, for the mean and then
// for the squares. Gradients of normalisation add over rows in pieces of 256 as
// LinearGradient does.
//
// Matrix products. [Gemm] first scales C, c = beta*c: beta = 1 leaves it as it is, and
// with beta = 0 it is not read and counts as +0 whatever it holds. Then the k terms of
// an element go by in their order, in blocks of 256 for both types. The sum of a block
// starts at +0 and takes each product with one rounding, sum = fma(a, b, sum); and then
// c += alpha*sum, a rounded product and a rounded sum. So an element depends on its row
// of op(A), its column of op(B), alpha, beta and itself alone: not on the sizes of the
// product, on where its matrices lie, on strides and transpositions, on how it is cut
// into tiles, packed and spread over vectors, or on the number of workers. With alpha = 0
// or k = 0 neither A nor B is read. No zero in them is skipped: an infinity or NaN beside
// it goes through. To first order, with u = 2^-24 or 2^-53 and no underflow, the error of
// an element is at most
//
//	(min(k, 256) + k/256 + 2) u |alpha| Σ|a b|  +  (k/256 + 2) u |beta c|
//
// Symmetric and triangular matrices. [Symm], [Syrk] and [Syr2k] give the bits of Gemm.
// [Trmm] and [Trsm] split triangles of more than 16 rows, always in the same places, and
// multiply what lies beside them as Gemm does; within 16 rows each product and each
// addition rounds, and solutions divide by the diagonal. [Symv], [Trmv] and [Trsv] take
// rows in blocks of 16, and what lies beside a block's square as Gemv and GemvT do; [Syr]
// and [Syr2] are rank-one updates of a triangle. No zero is skipped, and what is not to be
// read, the other triangle or a diagonal of ones, is not.
//
// Row reductions add in row order, row 0 first; the forms that accumulate add the
// rounded sum or mean to the destination at the end.
//
// Trees. [SumSlicesTree] and [MeanSlicesTree] add slices in a binary tree over their numbers.
// The left part of n of them is the largest power of two below n, so the tree of n depends on
// n alone, and aligned parts of 2^k are subtrees of it: whoever adds them by themselves, one
// goroutine or another machine, and then their sums in the same way, has the bits of one call.
// A mean is the sum divided by n, both rounded.
//
// Subnormal numbers. The update kernels ([SGD], [Momentum], [Adam], ...), all but
// [AdafactorDirection], take a gradient below 2^-95 (float32) or 2^-959 (float64) in
// magnitude as +0, and store a first moment or velocity below that as +0; what they square
// counts as +0 below 2^-63 or 2^-511. A second moment, whose root divides, is kept at or
// above a floor instead, 2^-102 or 2^-968: v = max(floor, beta2*v + u*u), and so are the
// sums of AdaGrad and FTRL, AdaBelief's v and centered RMSprop's variance. (AdaDelta's
// average of squared steps is a numerator and flushed; Adamax's u stays above eps and needs
// no threshold.) So no step of theirs is slowed down by subnormal arithmetic, be the
// gradients zero, tiny or subnormal themselves: the moments of a dead unit decay to zero, or
// to the floor, and not into the subnormal range. That takes a beta2 that is 0 or at least
// 2^-24 or 2^-54. All other kernels keep subnormal numbers, as IEEE 754 has them.
//
// No step is longer for the thresholds, as numerators only lose and denominators
// only gain. (What a flushed moment would still have cancelled is less than 2^-40 of
// the rate; with Adamax, which has no floor, for an eps from 1e-15 up in float32.)
// Shorter are those whose second moment lies below the floor, with a root below
// 2^-51 = 4.4e-16 (float32) or 2^-484 = 2e-146 (float64): those of gradients below
// that root, and in the first steps, while little of a square has come in, below the
// root over sqrt(1-beta2), which is 1.4e-14 for 0.999. The root then stands beside eps
// in the denominator, and shows where eps is not much larger: of Adam's first step
// with an eps of 1e-8 and a beta2 of 0.999 it takes 1.4e-6 at most, later 4.4e-8, less
// than float32's rounding. With an eps of 1e-15 steps of gradients below about 1e-14
// are shorter than the formula's, and those above agree with it.
//
// Losses. Each element's is rounded to the slices' type; [Sum] adds those of 512 elements,
// and their sums are added in float64, in order. [CrossEntropy] does the same with those of
// [CrossEntropyRows] rows.
//
// Functions. [Exp], [Exp2], [Expm1], [Log], [Log1p], [Tanh], [Sigmoid] and [Erf] of float32
// are correctly rounded for every input, so that no way of computing them can show. They,
// and all other functions and gradients, evaluate in float64, where the reference
// multiplies and adds with one rounding, and round to the result's type at the end. What
// has no correctly rounded results takes the same steps on every level, with the errors
// that the functions' own pages state.
//
// Random numbers. They are those of Philox4x32-10, in an order that is part of the contract:
// see [Philox4x32] for which bits an index has, and the functions' own pages for what
// becomes of them, in float64, with one rounding to the result's type at the end. So they
// are functions of the place alone, however a vector is cut into calls.
//
// Formats of 16 and 8 bits are of float32 alone. A step in them is float32's, to the bit,
// between a decoding, which is exact, and an encoding; the parameter takes the moments as they
// are before they are encoded. Encodings add random bits below the last one that is kept, and
// cut: [BFloat16] adds 16 to a float32's bits, and 8 bits, in blocks of [BlockLen8] with one
// exponent, 20 to those above the least code's; [QuantizeSigned] and [QuantizeUnsigned] have
// the formulas. The random bits are those of lowbias32((i*0x9e3779b9 + k0) ^ k1) for element i,
// with the halves k0 and k1 of a hash of seed, step, parameter and block: see [Rounding]. They
// are part of the contract. So an element's result depends on its index, too, and in 8 bits on
// its block. Pieces of a vector give the bits of the whole if each has [Rounding.From] its
// first element, in 8 bits a multiple of BlockLen8.
//
// A first moment or velocity takes the upper ones of an element's 32 random bits, a parameter
// those in the middle and a second moment the lower ones. So of 16 bits a parameter shares
// eight with each of the moments, which share none; of 20 the moments share eight with each
// other, and twelve with a parameter's 16.
//
// A number that the format has is not changed, and what a flush has made 0 stays 0; but an
// 8-bit second moment above 0, however small beside the block's greatest, is at least about
// 2^-31 of that. So elements whose gradients stay below 2^-15 of others' in their block take
// shorter steps than in float32.
//
// Exceptional values. Infinities and NaN go through as IEEE 754 says, and the
// signs of zeros are kept. [Amax] is NaN if any element is; [Iamax] passes over NaN
// except in front; a sum's lanes start at +0, so a sum of zeros is +0. BFloat16 keeps
// infinities and NaN, whatever the random bits, and no finite number becomes NaN, though one
// above the greatest BFloat16 may become infinite. In 8 bits they make NaN of their whole
// block: its exponent is 255, its codes are 0, and it stays so.
//
// Misuse. Slices of unequal length panic with the function's name and both
// lengths, and so does a number of exponents that is not that of the blocks. Exactly equal slices may be passed for two parameters where the
// function says so. Any other overlap gives undefined values, but no kernel ever
// touches memory outside its slices. No function allocates, but for workspaces that Gemm,
// LinearGradient, moments and normalisation keep for their next calls, and none makes a
// caller's stack buffer escape to the heap.
//
// A kernel in assembly cannot be preempted. A call on very long slices therefore
// delays a garbage collection's start by its running time, about a millisecond
// for a million elements out of memory; split such calls at a multiple of the
// block size, [BlockBytes], if that matters. [Gemm] does so itself.
package kernels
