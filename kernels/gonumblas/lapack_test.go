package gonumblas_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/blas/blas64"
	lapack "gonum.org/v1/gonum/lapack/gonum"
	"gonum.org/v1/gonum/lapack/testlapack"

	"github.com/seed63264101/steepest/kernels"
)

// lapackSuite is gonum's own suite for LAPACK, which finds what is under it by blas64.
var lapackSuite = map[string]func(t *testing.T){
	"DbdsqrTest":  func(t *testing.T) { testlapack.DbdsqrTest(t, linear) },
	"DgebakTest":  func(t *testing.T) { testlapack.DgebakTest(t, linear) },
	"DgebalTest":  func(t *testing.T) { testlapack.DgebalTest(t, linear) },
	"Dgebd2Test":  func(t *testing.T) { testlapack.Dgebd2Test(t, linear) },
	"DgebrdTest":  func(t *testing.T) { testlapack.DgebrdTest(t, linear) },
	"DgeconTest":  func(t *testing.T) { testlapack.DgeconTest(t, linear) },
	"DgeevTest":   func(t *testing.T) { testlapack.DgeevTest(t, linear) },
	"Dgehd2Test":  func(t *testing.T) { testlapack.Dgehd2Test(t, linear) },
	"DgehrdTest":  func(t *testing.T) { testlapack.DgehrdTest(t, linear) },
	"Dgelq2Test":  func(t *testing.T) { testlapack.Dgelq2Test(t, linear) },
	"DgelqfTest":  func(t *testing.T) { testlapack.DgelqfTest(t, linear) },
	"DgelsTest":   func(t *testing.T) { testlapack.DgelsTest(t, linear) },
	"Dgeql2Test":  func(t *testing.T) { testlapack.Dgeql2Test(t, linear) },
	"Dgeqp3Test":  func(t *testing.T) { testlapack.Dgeqp3Test(t, linear) },
	"Dgeqr2Test":  func(t *testing.T) { testlapack.Dgeqr2Test(t, linear) },
	"DgeqrfTest":  func(t *testing.T) { testlapack.DgeqrfTest(t, linear) },
	"Dgerq2Test":  func(t *testing.T) { testlapack.Dgerq2Test(t, linear) },
	"DgerqfTest":  func(t *testing.T) { testlapack.DgerqfTest(t, linear) },
	"Dgesc2Test":  func(t *testing.T) { testlapack.Dgesc2Test(t, linear) },
	"DgesvTest":   func(t *testing.T) { testlapack.DgesvTest(t, linear) },
	"DgesvdTest":  func(t *testing.T) { testlapack.DgesvdTest(t, linear, 1e-13) },
	"Dgetc2Test":  func(t *testing.T) { testlapack.Dgetc2Test(t, linear) },
	"Dgetf2Test":  func(t *testing.T) { testlapack.Dgetf2Test(t, linear) },
	"DgetrfTest":  func(t *testing.T) { testlapack.DgetrfTest(t, linear) },
	"DgetriTest":  func(t *testing.T) { testlapack.DgetriTest(t, linear) },
	"DgetrsTest":  func(t *testing.T) { testlapack.DgetrsTest(t, linear) },
	"DgghrdTest":  func(t *testing.T) { testlapack.DgghrdTest(t, linear) },
	"Dggsvd3Test": func(t *testing.T) { testlapack.Dggsvd3Test(t, linear) },
	"Dggsvp3Test": func(t *testing.T) { testlapack.Dggsvp3Test(t, linear) },
	"DgtsvTest":   func(t *testing.T) { testlapack.DgtsvTest(t, linear) },
	"DhseqrTest":  func(t *testing.T) { testlapack.DhseqrTest(t, linear) },
	"DlabrdTest":  func(t *testing.T) { testlapack.DlabrdTest(t, linear) },
	"Dlacn2Test":  func(t *testing.T) { testlapack.Dlacn2Test(t, linear) },
	"DlacpyTest":  func(t *testing.T) { testlapack.DlacpyTest(t, linear) },
	"Dlae2Test":   func(t *testing.T) { testlapack.Dlae2Test(t, linear) },
	"Dlaev2Test":  func(t *testing.T) { testlapack.Dlaev2Test(t, linear) },
	"DlaexcTest":  func(t *testing.T) { testlapack.DlaexcTest(t, linear) },
	"Dlag2Test":   func(t *testing.T) { testlapack.Dlag2Test(t, linear) },
	"Dlags2Test":  func(t *testing.T) { testlapack.Dlags2Test(t, linear) },
	"DlagtmTest":  func(t *testing.T) { testlapack.DlagtmTest(t, linear) },
	"DlahqrTest":  func(t *testing.T) { testlapack.DlahqrTest(t, linear) },
	"Dlahr2Test":  func(t *testing.T) { testlapack.Dlahr2Test(t, linear) },
	"Dlaln2Test":  func(t *testing.T) { testlapack.Dlaln2Test(t, linear) },
	"DlangbTest":  func(t *testing.T) { testlapack.DlangbTest(t, linear) },
	"DlangeTest":  func(t *testing.T) { testlapack.DlangeTest(t, linear) },
	"DlangtTest":  func(t *testing.T) { testlapack.DlangtTest(t, linear) },
	"DlanhsTest":  func(t *testing.T) { testlapack.DlanhsTest(t, linear) },
	"DlansbTest":  func(t *testing.T) { testlapack.DlansbTest(t, linear) },
	"DlanstTest":  func(t *testing.T) { testlapack.DlanstTest(t, linear) },
	"DlansyTest":  func(t *testing.T) { testlapack.DlansyTest(t, linear) },
	"DlantbTest":  func(t *testing.T) { testlapack.DlantbTest(t, linear) },
	"DlantrTest":  func(t *testing.T) { testlapack.DlantrTest(t, linear) },
	"Dlanv2Test":  func(t *testing.T) { testlapack.Dlanv2Test(t, linear) },
	"DlapllTest":  func(t *testing.T) { testlapack.DlapllTest(t, linear) },
	"DlapmrTest":  func(t *testing.T) { testlapack.DlapmrTest(t, linear) },
	"DlapmtTest":  func(t *testing.T) { testlapack.DlapmtTest(t, linear) },
	"Dlapy2Test":  func(t *testing.T) { testlapack.Dlapy2Test(t, linear) },
	"Dlaqp2Test":  func(t *testing.T) { testlapack.Dlaqp2Test(t, linear) },
	"DlaqpsTest":  func(t *testing.T) { testlapack.DlaqpsTest(t, linear) },
	"Dlaqr04Test": func(t *testing.T) { testlapack.Dlaqr04Test(t, linear) },
	"Dlaqr1Test":  func(t *testing.T) { testlapack.Dlaqr1Test(t, linear) },
	"Dlaqr23Test": func(t *testing.T) { testlapack.Dlaqr23Test(t, linear) },
	"Dlaqr5Test":  func(t *testing.T) { testlapack.Dlaqr5Test(t, linear) },
	"DlarfTest":   func(t *testing.T) { testlapack.DlarfTest(t, linear) },
	"DlarfbTest":  func(t *testing.T) { testlapack.DlarfbTest(t, linear) },
	"DlarfgTest":  func(t *testing.T) { testlapack.DlarfgTest(t, linear) },
	"DlarftTest":  func(t *testing.T) { testlapack.DlarftTest(t, linear) },
	"DlarfxTest":  func(t *testing.T) { testlapack.DlarfxTest(t, linear) },
	"DlartgTest":  func(t *testing.T) { testlapack.DlartgTest(t, linear) },
	"Dlas2Test":   func(t *testing.T) { testlapack.Dlas2Test(t, linear) },
	"DlasclTest":  func(t *testing.T) { testlapack.DlasclTest(t, linear) },
	"DlasetTest":  func(t *testing.T) { testlapack.DlasetTest(t, linear) },
	"Dlasq1Test":  func(t *testing.T) { testlapack.Dlasq1Test(t, linear) },
	"Dlasq2Test":  func(t *testing.T) { testlapack.Dlasq2Test(t, linear) },
	"DlasrTest":   func(t *testing.T) { testlapack.DlasrTest(t, linear) },
	"DlasrtTest":  func(t *testing.T) { testlapack.DlasrtTest(t, linear) },
	"DlassqTest":  func(t *testing.T) { testlapack.DlassqTest(t, linear) },
	"Dlasv2Test":  func(t *testing.T) { testlapack.Dlasv2Test(t, linear) },
	"DlaswpTest":  func(t *testing.T) { testlapack.DlaswpTest(t, linear) },
	"Dlasy2Test":  func(t *testing.T) { testlapack.Dlasy2Test(t, linear) },
	"DlatbsTest":  func(t *testing.T) { testlapack.DlatbsTest(t, linear) },
	"DlatrdTest":  func(t *testing.T) { testlapack.DlatrdTest(t, linear) },
	"DlatrsTest":  func(t *testing.T) { testlapack.DlatrsTest(t, linear) },
	"Dlauu2Test":  func(t *testing.T) { testlapack.Dlauu2Test(t, linear) },
	"DlauumTest":  func(t *testing.T) { testlapack.DlauumTest(t, linear) },
	"Dorg2lTest":  func(t *testing.T) { testlapack.Dorg2lTest(t, linear) },
	"Dorg2rTest":  func(t *testing.T) { testlapack.Dorg2rTest(t, linear) },
	"DorgbrTest":  func(t *testing.T) { testlapack.DorgbrTest(t, linear) },
	"DorghrTest":  func(t *testing.T) { testlapack.DorghrTest(t, linear) },
	"Dorgl2Test":  func(t *testing.T) { testlapack.Dorgl2Test(t, linear) },
	"DorglqTest":  func(t *testing.T) { testlapack.DorglqTest(t, linear) },
	"DorgqlTest":  func(t *testing.T) { testlapack.DorgqlTest(t, linear) },
	"DorgqrTest":  func(t *testing.T) { testlapack.DorgqrTest(t, linear) },
	"Dorgr2Test":  func(t *testing.T) { testlapack.Dorgr2Test(t, linear) },
	"DorgtrTest":  func(t *testing.T) { testlapack.DorgtrTest(t, linear) },
	"Dorm2rTest":  func(t *testing.T) { testlapack.Dorm2rTest(t, linear) },
	"DormbrTest":  func(t *testing.T) { testlapack.DormbrTest(t, linear) },
	"DormhrTest":  func(t *testing.T) { testlapack.DormhrTest(t, linear) },
	"Dorml2Test":  func(t *testing.T) { testlapack.Dorml2Test(t, linear) },
	"DormlqTest":  func(t *testing.T) { testlapack.DormlqTest(t, linear) },
	"DormqrTest":  func(t *testing.T) { testlapack.DormqrTest(t, linear) },
	"Dormr2Test":  func(t *testing.T) { testlapack.Dormr2Test(t, linear) },
	"DpbconTest":  func(t *testing.T) { testlapack.DpbconTest(t, linear) },
	"Dpbtf2Test":  func(t *testing.T) { testlapack.Dpbtf2Test(t, linear) },
	"DpbtrfTest":  func(t *testing.T) { testlapack.DpbtrfTest(t, linear) },
	"DpbtrsTest":  func(t *testing.T) { testlapack.DpbtrsTest(t, linear) },
	"DpoconTest":  func(t *testing.T) { testlapack.DpoconTest(t, linear) },
	"Dpotf2Test":  func(t *testing.T) { testlapack.Dpotf2Test(t, linear) },
	"DpotrfTest":  func(t *testing.T) { testlapack.DpotrfTest(t, linear) },
	"DpotriTest":  func(t *testing.T) { testlapack.DpotriTest(t, linear) },
	"DpotrsTest":  func(t *testing.T) { testlapack.DpotrsTest(t, linear) },
	"Dpstf2Test":  func(t *testing.T) { testlapack.Dpstf2Test(t, linear) },
	"DpstrfTest":  func(t *testing.T) { testlapack.DpstrfTest(t, linear) },
	"DptconTest":  func(t *testing.T) { testlapack.DptconTest(t, linear) },
	"DptsvTest":   func(t *testing.T) { testlapack.DptsvTest(t, linear) },
	"DpttrfTest":  func(t *testing.T) { testlapack.DpttrfTest(t, linear) },
	"DpttrsTest":  func(t *testing.T) { testlapack.DpttrsTest(t, linear) },
	"DrsclTest":   func(t *testing.T) { testlapack.DrsclTest(t, linear) },
	"DsteqrTest":  func(t *testing.T) { testlapack.DsteqrTest(t, linear) },
	"DsterfTest":  func(t *testing.T) { testlapack.DsterfTest(t, linear) },
	"DsyevTest":   func(t *testing.T) { testlapack.DsyevTest(t, linear) },
	"Dsytd2Test":  func(t *testing.T) { testlapack.Dsytd2Test(t, linear) },
	"DsytrdTest":  func(t *testing.T) { testlapack.DsytrdTest(t, linear) },
	"DtbtrsTest":  func(t *testing.T) { testlapack.DtbtrsTest(t, linear) },
	"DtgsjaTest":  func(t *testing.T) { testlapack.DtgsjaTest(t, linear) },
	"DtrconTest":  func(t *testing.T) { testlapack.DtrconTest(t, linear) },
	"Dtrevc3Test": func(t *testing.T) { testlapack.Dtrevc3Test(t, linear) },
	"DtrexcTest":  func(t *testing.T) { testlapack.DtrexcTest(t, linear) },
	"Dtrti2Test":  func(t *testing.T) { testlapack.Dtrti2Test(t, linear) },
	"DtrtriTest":  func(t *testing.T) { testlapack.DtrtriTest(t, linear) },
	"DtrtrsTest":  func(t *testing.T) { testlapack.DtrtrsTest(t, linear) },
	"IladlcTest":  func(t *testing.T) { testlapack.IladlcTest(t, linear) },
	"IladlrTest":  func(t *testing.T) { testlapack.IladlrTest(t, linear) },
}

var linear lapack.Implementation

// The tests that always run, of what is built on the products of matrices: small ones on
// every level, larger ones where there is assembly.
var (
	small = []string{"DgetriTest", "DlabrdTest", "DlarfbTest", "DlarftTest", "DlatrdTest", "DlauumTest",
		"DorgtrTest", "DpotriTest", "DpotrsTest", "DpstrfTest", "DtrtriTest", "DtrtrsTest"}
	larger = []string{"DgebrdTest", "DgehrdTest", "Dgeqp3Test", "DgetrfTest", "DgetrsTest", "DorgqrTest", "DpotrfTest",
		"DsyevTest", "DsytrdTest"}
)

// TestLAPACK runs gonum's suite for LAPACK on this backend: a choice of it on every level,
// and, if the environment variable STEEPEST_LAPACK is "all", everything on the active one.
func TestLAPACK(t *testing.T) {
	before := blas64.Implementation()
	t.Cleanup(func() { blas64.Use(before) })
	blas64.Use(ours)
	if os.Getenv("STEEPEST_LAPACK") == "all" {
		for name, test := range lapackSuite {
			t.Run(name, test)
		}
		return
	}
	onEveryLevel(t, func(t *testing.T) {
		chosen := small
		if kernels.ActiveLevel() != kernels.Generic && !testing.Short() {
			chosen = slices.Concat(small, larger)
		}
		for _, name := range chosen {
			t.Run(name, lapackSuite[name])
		}
	})
}

// TestLAPACKComplete fails when the suite has a test that TestLAPACK lacks.
func TestLAPACKComplete(t *testing.T) {
	complete(t, lapackSuite, testlapack.DpotrfTest, func(name string) bool {
		return strings.HasSuffix(name, "Test") && (name[0] == 'D' || strings.HasPrefix(name, "Ila"))
	})
}
