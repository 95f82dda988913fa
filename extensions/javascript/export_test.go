package javascript

// CheckSyntax is for tests.
func CheckSyntax(text string) error {
	if deep := checkSyntax(text); deep != nil {
		return deep
	}
	return nil
}
