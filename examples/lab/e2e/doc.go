// Package e2e tests the lab's page in a browser: Chromium, without a window, is driven by its
// protocol. Each test compares what a reader sees with what package engine answers here.
//
// make lab installs what the tests need and runs them all.
//
//	go test . -run Controls              # with chromium in PATH
//	go test . -run Pictures -pictures D  # pictures of every panel, to be looked at
package e2e
