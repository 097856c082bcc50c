/// What Apple, Coca-Cola and Microsoft did to their holders from 2012 to 2014: a dividend with its ex-date,
/// the amount of one unit then traded, and the pay date; a split with its ex-date, new units and old ones.
///
/// Public facts: the companies' dividend histories (investor.apple.com, investors.coca-colacompany.com,
/// microsoft.com/investor); ex-dates, amounts and ratios are those of the raw data beside this file, too. The
/// total return does not depend on the pay dates.
enum ActionsOf2012To2014 {
    static let text = """
        AAPL dividend 2012-08-09 2.65 2012-08-16
        AAPL dividend 2012-11-07 2.65 2012-11-15
        AAPL dividend 2013-02-07 2.65 2013-02-14
        AAPL dividend 2013-05-09 3.05 2013-05-16
        AAPL dividend 2013-08-08 3.05 2013-08-15
        AAPL dividend 2013-11-06 3.05 2013-11-14
        AAPL dividend 2014-02-06 3.05 2014-02-13
        AAPL dividend 2014-05-08 3.29 2014-05-15
        AAPL split 2014-06-09 7 1
        AAPL dividend 2014-08-07 0.47 2014-08-14
        AAPL dividend 2014-11-06 0.47 2014-11-13
        KO dividend 2012-03-13 0.51 2012-04-01
        KO dividend 2012-06-13 0.51 2012-07-01
        KO split 2012-08-13 2 1
        KO dividend 2012-09-12 0.255 2012-10-01
        KO dividend 2012-11-28 0.255 2012-12-15
        KO dividend 2013-03-13 0.28 2013-04-01
        KO dividend 2013-06-12 0.28 2013-07-01
        KO dividend 2013-09-12 0.28 2013-10-01
        KO dividend 2013-11-27 0.28 2013-12-16
        KO dividend 2014-03-12 0.305 2014-04-01
        KO dividend 2014-06-12 0.305 2014-07-01
        KO dividend 2014-09-11 0.305 2014-10-01
        KO dividend 2014-11-26 0.305 2014-12-15
        MSFT dividend 2012-02-14 0.2 2012-03-08
        MSFT dividend 2012-05-15 0.2 2012-06-14
        MSFT dividend 2012-08-14 0.2 2012-09-13
        MSFT dividend 2012-11-13 0.23 2012-12-13
        MSFT dividend 2013-02-19 0.23 2013-03-14
        MSFT dividend 2013-05-14 0.23 2013-06-13
        MSFT dividend 2013-08-13 0.23 2013-09-12
        MSFT dividend 2013-11-19 0.28 2013-12-12
        MSFT dividend 2014-02-18 0.28 2014-03-13
        MSFT dividend 2014-05-13 0.28 2014-06-12
        MSFT dividend 2014-08-19 0.28 2014-09-11
        MSFT dividend 2014-11-18 0.31 2014-12-11
        """
}
