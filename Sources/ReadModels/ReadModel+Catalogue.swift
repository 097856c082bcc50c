internal import AccountsViewProjection
internal import AuditViewProjection
public import EventStore
internal import OrdersViewProjection
internal import PortfolioViewProjection

extension ReadModel {
    /// The read models that Bifrost keeps, each registered by its line here.
    public static func all(reference: ShardNumber, trading: [ShardNumber]) -> [ReadModel] {
        [
            ReadModel(OrdersView.self, reference: reference, trading: trading),
            ReadModel(PortfolioProjection.self, reference: reference, trading: trading),
            ReadModel(AccountsView.self, reference: reference, trading: trading),
            ReadModel(AuditView.self, reference: reference, trading: trading),
        ]
    }
}
