/// The version of ringd and ringctl, which are built and shipped together.
package let programVersion = "0.1.0"
