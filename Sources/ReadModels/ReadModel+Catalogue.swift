public import EventStore
internal import OrdersViewProjection

extension ReadModel {
    /// The read models that Bifrost keeps, each registered by its line here.
    public static func all(reference: ShardNumber, trading: [ShardNumber]) -> [ReadModel] {
        [
            ReadModel(OrdersView.self, reference: reference, trading: trading)
        ]
    }
}
